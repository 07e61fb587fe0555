(define (safe? column placed distance)
  (cond
    ((null? placed) #t)
    ((= (car placed) column) #f)
    ((= (abs (- (car placed) column)) distance) #f)
    (else (safe? column (cdr placed) (+ distance 1)))))

(define (ways n row placed)
  (if (= row n)
      1
      (let loop ((column 0) (sum 0))
        (cond
          ((= column n) sum)
          ((safe? column placed 1)
           (loop (+ column 1) (+ sum (ways n (+ row 1) (cons column placed)))))
          (else (loop (+ column 1) sum))))))

(define (benchmark n) (ways n 0 '()))
