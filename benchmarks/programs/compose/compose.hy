(defn compose [f g] (fn [x] (f (g x))))
(defn adder [n] (fn [x] (+ x n)))
(defn halved [x] (// x 2))

(defn benchmark [n]
  (setv x 0)
  (for [i (range n)]
    (setv x ((compose halved (adder i)) x)))
  x)
