;; A generator yields questions, and is sent the answers.
(defn asking [n]
  (setv total 0)
  (for [i (range n)] (+= total (yield i)))
  total)

(defn handled [body]
  (try
    (setv asked (next body))
    (while True (setv asked (.send body (* 2 asked))))
    (except [end StopIteration] end.value)))

(defn benchmark [n] (handled (asking n)))
