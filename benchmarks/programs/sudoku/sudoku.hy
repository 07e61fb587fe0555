(setv CELLS (range 81))

(defn together? [cell other]
  (or (= (// cell 9) (// other 9))
      (= (% cell 9) (% other 9))
      (and (= (// cell 27) (// other 27))
           (= (// (% cell 9) 3) (// (% other 9) 3)))))

(setv PEERS
  (lfor cell CELLS
    (lfor other CELLS :if (and (!= cell other) (together? cell other)) other)))

(defn possible [grid cell]
  (setv taken (sfor other (get PEERS cell) (get grid other)))
  (lfor digit (range 1 10) :if (not-in digit taken) digit))

(defn tightest [grid]
  (setv empty (lfor cell CELLS :if (= (get grid cell) 0) #(cell (possible grid cell))))
  (if empty (min empty :key (fn [place] (len (get place 1)))) None))

(defn solutions [grid]
  (setv place (tightest grid))
  (when (is place None)
    (yield grid)
    (return))
  (setv #(cell digits) place)
  (for [digit digits]
    (yield :from (solutions [#* (cut grid cell) digit #* (cut grid (+ cell 1) None)]))))

(defn prepare [puzzle] (lfor sign puzzle (int sign)))

(defn benchmark [puzzle]
  (lfor grid (solutions puzzle) (.join "" (map str grid))))
