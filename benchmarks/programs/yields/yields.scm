;; A generator of continuations: a thunk that gives the next element, or the symbol `done`.
(define (generator body)
  (let ((leave #f) (enter #f))
    (define (yield x)
      (call/cc (lambda (k) (set! enter k) (leave x))))
    (set! enter (lambda (ignored) (body yield) (leave 'done)))
    (lambda ()
      (call/cc (lambda (k) (set! leave k) (enter #f))))))

(define (numbers n)
  (generator
    (lambda (yield)
      (let loop ((i 0))
        (if (< i n)
            (begin (yield i) (loop (+ i 1))))))))

(define (benchmark n)
  (let ((next (numbers n)))
    (let loop ((x (next)) (sum 0))
      (if (eq? x 'done)
          sum
          (loop (next) (+ sum x))))))
