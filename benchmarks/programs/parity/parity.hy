(defn even-number? [n] (if (= n 0) True (odd-number? (- n 1))))
(defn odd-number? [n] (if (= n 0) False (even-number? (- n 1))))

(defn benchmark [n] (even-number? n))
