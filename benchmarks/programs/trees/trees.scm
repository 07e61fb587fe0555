(define (tree-of depth)
  (if (= depth 0)
      '()
      (cons (tree-of (- depth 1)) (tree-of (- depth 1)))))

(define (size tree)
  (if (null? tree)
      1
      (+ 1 (size (car tree)) (size (cdr tree)))))

(define (sizes times depth)
  (let loop ((i 0) (sum 0))
    (if (= i times)
        sum
        (loop (+ i 1) (+ sum (size (tree-of depth)))))))

(define (benchmark largest)
  (let loop ((depth 4) (sum 0))
    (if (> depth largest)
        sum
        (loop (+ depth 2) (+ sum (sizes (expt 2 (+ 4 (- largest depth))) depth))))))
