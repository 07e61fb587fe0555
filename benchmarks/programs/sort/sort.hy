(import functools [cmp-to-key])

(defn compare [a b]
  (setv x (% a 1000) y (% b 1000))
  (if (= x y) (- a b) (- x y)))

(defn prepare [n]
  (lfor i (range n) (% (* i 7654321) 1000003)))

(defn benchmark [numbers]
  (setv in-order (sorted numbers :key (cmp-to-key compare)))
  [(get in-order 0) (get in-order (// (len in-order) 3)) (get in-order -1)])
