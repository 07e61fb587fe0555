(define (ack m n)
  (cond
    ((= m 0) (+ n 1))
    ((= n 0) (ack (- m 1) 1))
    (else (ack (- m 1) (ack m (- n 1))))))

(define (benchmark times m n)
  (let loop ((i 0) (sum 0))
    (if (= i times)
        sum
        (loop (+ i 1) (+ sum (ack m n))))))
