(defn numbers [n]
  (setv i 0)
  (while (< i n)
    (yield i)
    (+= i 1)))

(defn benchmark [n]
  (setv total 0)
  (for [x (numbers n)] (+= total x))
  total)
