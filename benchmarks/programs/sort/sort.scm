(define (before? a b)
  (let ((x (modulo a 1000)) (y (modulo b 1000)))
    (if (= x y) (< a b) (< x y))))

(define (prepare n)
  (map (lambda (i) (modulo (* i 7654321) 1000003)) (range n)))

(define (benchmark numbers)
  (let* ((sorted (list->vector (sort before? numbers)))
         (n (vector-length sorted)))
    (list (vector-ref sorted 0) (vector-ref sorted (quotient n 3)) (vector-ref sorted (- n 1)))))
