(defn inside? [cr ci]
  (setv x 0.0 y 0.0 turns 50)
  (while (<= (+ (* x x) (* y y)) 4.0)
    (when (= turns 0) (return True))
    (setv #(x y) #((+ (- (* x x) (* y y)) cr) (+ (* 2.0 x y) ci)))
    (-= turns 1))
  False)

(defn benchmark [size]
  (setv found 0)
  (for [row (range size) column (range size)]
    (when (inside? (- (/ (* 3.0 column) size) 2.0) (- (/ (* 2.0 row) size) 1.0))
      (+= found 1)))
  found)
