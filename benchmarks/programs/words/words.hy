;; With a dict: Hy has no collections of its own.
(defn prepare [n]
  (lfor i (range n) f"word{(% (* i i) 5003)}"))

(defn benchmark [words]
  (setv counts {})
  (for [word words]
    (setv (get counts word) (+ 1 (.get counts word 0))))
  [(len counts) (get counts "word1")])
