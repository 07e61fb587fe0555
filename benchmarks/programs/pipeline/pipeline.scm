(define (filter keep? xs)
  (let loop ((xs xs) (kept '()))
    (cond
      ((null? xs) (reverse kept))
      ((keep? (car xs)) (loop (cdr xs) (cons (car xs) kept)))
      (else (loop (cdr xs) kept)))))

(define (fold f value xs)
  (if (null? xs)
      value
      (fold f (f value (car xs)) (cdr xs))))

(define (benchmark n)
  (fold + 0
        (filter (lambda (x) (= (modulo x 3) 1))
                (map (lambda (x) (* x x)) (range n)))))
