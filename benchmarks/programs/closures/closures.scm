(define (adder n) (lambda (x) (+ x n)))

(define (benchmark n)
  (let loop ((i 0) (sum 0))
    (if (= i n)
        sum
        (loop (+ i 1) ((adder i) sum)))))
