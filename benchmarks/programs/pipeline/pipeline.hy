(defn benchmark [n]
  (sum (filter (fn [x] (= (% x 3) 1))
               (map (fn [x] (* x x)) (range n)))))
