(define (ctak x y z)
  (call/cc (lambda (k) (ctak-with k x y z))))

(define (ctak-with k x y z)
  (if (< y x)
      (call/cc
        (lambda (k)
          (ctak-with k
                     (ctak (- x 1) y z)
                     (ctak (- y 1) z x)
                     (ctak (- z 1) x y))))
      (k z)))

(define (benchmark x y z) (ctak x y z))
