(defn adder [n] (fn [x] (+ x n)))

(defn benchmark [n]
  (setv total 0)
  (for [i (range n)]
    (setv total ((adder i) total)))
  total)
