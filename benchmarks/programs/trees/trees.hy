(defn tree-of [depth]
  (if (= depth 0)
    None
    #((tree-of (- depth 1)) (tree-of (- depth 1)))))

(defn size [tree]
  (when (is tree None) (return 1))
  (setv #(left right) tree)
  (+ 1 (size left) (size right)))

(defn sizes [times depth]
  (setv total 0)
  (for [_ (range times)] (+= total (size (tree-of depth))))
  total)

(defn benchmark [largest]
  (sum (gfor depth (range 4 (+ largest 1) 2) (sizes (<< 1 (+ 4 (- largest depth))) depth))))
