(define (compose f g) (lambda (x) (f (g x))))
(define (adder n) (lambda (x) (+ x n)))
(define (halved x) (quotient x 2))

(define (benchmark n)
  (let loop ((i 0) (x 0))
    (if (= i n)
        x
        (loop (+ i 1) ((compose halved (adder i)) x)))))
