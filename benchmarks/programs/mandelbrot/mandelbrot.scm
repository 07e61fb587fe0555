(define (inside? cr ci)
  (let loop ((x 0.0) (y 0.0) (turns 50))
    (cond
      ((> (+ (* x x) (* y y)) 4.0) #f)
      ((= turns 0) #t)
      (else (loop (+ (- (* x x) (* y y)) cr) (+ (* 2.0 x y) ci) (- turns 1))))))

(define (benchmark size)
  (let rows ((row 0) (found 0))
    (if (= row size)
        found
        (let columns ((column 0) (found found))
          (cond
            ((= column size) (rows (+ row 1) found))
            ((inside? (- (/ (* 3.0 column) size) 2.0) (- (/ (* 2.0 row) size) 1.0))
             (columns (+ column 1) (+ found 1)))
            (else (columns (+ column 1) found)))))))
