(defn safe? [column placed]
  (for [#(distance other) (enumerate placed 1)]
    (when (or (= other column) (= (abs (- other column)) distance))
      (return False)))
  True)

(defn ways [n row placed]
  (when (= row n) (return 1))
  (setv total 0)
  (for [column (range n)]
    (when (safe? column placed)
      (+= total (ways n (+ row 1) #(column #* placed)))))
  total)

(defn benchmark [n] (ways n 0 #()))
