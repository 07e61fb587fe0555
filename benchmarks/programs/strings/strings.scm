(define (line i)
  (string-append "line " (number->string i) ": " (number->string (* i i))))

(define (benchmark n)
  (string-length (string-join "\n" (map line (range n)))))
