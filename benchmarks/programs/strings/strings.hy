(defn benchmark [n]
  (len (.join "\n" (gfor i (range n) f"line {i}: {(* i i)}"))))
