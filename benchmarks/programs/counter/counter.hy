(defn make-counter []
  (setv n 0)
  (fn []
    (nonlocal n)
    (+= n 1)
    n))

(defn benchmark [n]
  (setv count-up (make-counter))
  (for [_ (range n)] (count-up))
  (count-up))
