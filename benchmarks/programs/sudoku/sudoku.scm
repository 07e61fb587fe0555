;; By the language's own `choose`, which goes back to the last choice when nothing is left to choose.
(define cells (range 81))

(define (filter keep? xs)
  (cond
    ((null? xs) '())
    ((keep? (car xs)) (cons (car xs) (filter keep? (cdr xs))))
    (else (filter keep? (cdr xs)))))

(define (together? cell other)
  (or (= (quotient cell 9) (quotient other 9))
      (= (modulo cell 9) (modulo other 9))
      (and (= (quotient cell 27) (quotient other 27))
           (= (quotient (modulo cell 9) 3) (quotient (modulo other 9) 3)))))

(define peers
  (list->vector
    (map (lambda (cell)
           (filter (lambda (other) (and (not (= cell other)) (together? cell other))) cells))
         cells)))

(define (possible grid cell)
  (let ((taken (map (lambda (other) (vector-ref grid other)) (vector-ref peers cell))))
    (filter (lambda (digit) (not (member digit taken))) (range 1 10))))

;; The empty cell with the fewest possible digits, and these; #f in a full grid.
(define (tightest grid)
  (let loop ((cell 0) (best #f))
    (cond
      ((= cell 81) best)
      ((= (vector-ref grid cell) 0)
       (let ((digits (possible grid cell)))
         (loop (+ cell 1)
               (if (or (not best) (< (length digits) (length (cdr best))))
                   (cons cell digits)
                   best))))
      (else (loop (+ cell 1) best)))))

(define (with-digit grid cell digit)
  (let ((copy (list->vector (vector->list grid))))
    (vector-set! copy cell digit)
    copy))

(define (one-of xs)
  (if (null? xs) (choose) (choose (car xs) (one-of (cdr xs)))))

(define (solved grid)
  (let ((place (tightest grid)))
    (if place
        (solved (with-digit grid (car place) (one-of (cdr place))))
        grid)))

(define (prepare puzzle)
  (list->vector (map (lambda (sign) (string->number (char->string sign))) (string->list puzzle))))

;; What was found is in a vector: going back to a choice undoes `set!`, but no `vector-set!`.
(define (benchmark puzzle)
  (let ((found (vector '())))
    (choose
      (let ((grid (solved puzzle)))
        (vector-set! found 0 (cons (string-join "" (map number->string (vector->list grid))) (vector-ref found 0)))
        (choose))
      (reverse (vector-ref found 0)))))
