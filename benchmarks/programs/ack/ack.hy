(defn ack [m n]
  (cond
    (= m 0) (+ n 1)
    (= n 0) (ack (- m 1) 1)
    True (ack (- m 1) (ack m (- n 1)))))

(defn benchmark [times m n]
  (setv total 0)
  (for [_ (range times)] (+= total (ack m n)))
  total)
