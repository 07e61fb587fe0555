(defn benchmark [limit]
  (setv i 0 total 0)
  (while (< total limit)
    (+= i 1)
    (+= total i))
  i)
