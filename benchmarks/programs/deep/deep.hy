(defn sum-to [n] (if (= n 0) 0 (+ n (sum-to (- n 1)))))

(defn benchmark [n] (sum-to n))
