"""The edits that saved state must survive, and those after which it must be refused.

Each situation is a program that waits in `(ask)`; `ask` stores what waits for it.  It is resumed
with 7.  `docs/changing-code.md` says the same in words.
"""

from __future__ import annotations

from tests.durability.edits import Situation

FUNCTION = Situation(
    "a function",
    """
(struct item [name : string, price : int64])
(defn helper [x] (* x 2))
(defn total [items tax]
  (def before (count items))
  (def start 5)
  (let [answer (ask)]
    (if (= answer 7)
      (+ start (helper tax) (reduce (fn [sum i] (+ sum i.price)) 0 items))
      (- 0 tax))))
(defn main [] (println (total [(item "a" 10) (item "b" 20)] 3)))
""",
    "41\n",
    harmless={
        "a comment": ("(defn helper", "; a comment\n\n(defn helper"),
        "a comment in the remaining code": ("(- 0 tax)", "(- 0 #| nothing |# tax)"),
        "layout": ("(def before (count items))", "(def before\n       (count\n items))"),
        "a docstring": ("(defn total [items tax]", '(defn total "Adds up." [items tax]'),
        "a docstring of the module": ("(struct item", ";;; Items.\n(struct item"),
        "code that has run": ("(def before (count items))", "(def before (+ 1 (count items)))"),
        "a definition that has run": ("(def before", "(println 1) (def more 2) (def before"),
        "code that has run is gone": ("(def before (count items))", ""),
        "the order in which live variables were bound": (
            "(def before (count items))\n  (def start 5)",
            "(def start 5)\n  (def before (count items))",
        ),
        "a variable that is not live, renamed": ("(def before", "(def earlier"),
        "the variable that gets the answer, renamed": (
            "[answer (ask)]\n    (if (= answer 7)",
            "[reply (ask)]\n    (if (= reply 7)",
        ),
        "parameters of a function yet to be made, renamed": ("[sum i] (+ sum i.price)", "[s each] (+ s each.price)"),
        "a function inserted before": ("(defn helper", "(defn other [] (map (fn [x] x) [1]))\n(defn helper"),
        "a function inserted after": ("(defn main", "(defn other [] (map (fn [x] x) [1]))\n(defn main"),
        "a closure inserted before": ("(def before (count items))", "(def before (count (map (fn [x] x) items)))"),
        "the order of functions": (
            "(defn helper [x] (* x 2))\n",
            "",
            "(defn main",
            "(defn helper [x] (* x 2))\n(defn main",
        ),
        "a new import": ("(struct item", "(import json)\n(struct item"),
        "the body of a called function": ("(* x 2)", "(+ x x)"),
        "the body of a called function, to another result": ("(* x 2)", "(* x 3)", "44\n"),
        "the signature of a called function": ("[x] (* x 2)", "[x & more] (* x 2)"),
        "an unrelated type": ("(struct item", "(struct other [x])\n(struct item"),
        "the caller of a finished caller": ("(defn main []", "(defn main [] (println 1)"),
    },
    refused={
        "a constant": ("(- 0 tax)", "(- 1 tax)"),
        "a constant compared with": ("(= answer 7)", "(= answer 8)"),
        "1 becomes 1.0": ("(= answer 7)", "(= answer 7.0)"),
        "a number becomes text": ("(= answer 7)", '(= answer "7")'),
        "a keyword becomes a symbol": ("(= answer 7)", "(= answer 'yes)"),
        "an operator": ("(- 0 tax)", "(+ 0 tax)"),
        "the order of operands": ("(- 0 tax)", "(- tax 0)"),
        "the branches change places": ("(if (= answer 7)", "(if (not= answer 7)"),
        "a callee": ("(helper tax)", "(inc tax)"),
        "a call around what is waited for": ("(let [answer (ask)]", "(let [answer (helper (ask))]"),
        "another call is waited for": (
            "(let [answer (ask)]",
            "(let [answer (ask-twice)]",
            "(struct",
            "(defn ask-twice [] (ask) (ask))(struct",
        ),
        "a call around the call of the function": ("(println (total", "(println (helper (total", "3)))", "3))))"),
        "code added before the rest": ("(if (= answer 7)", "(println answer) (if (= answer 7)"),
        "code added after the rest": ("(- 0 tax))))", "(- 0 tax)) (println 1)))"),
        "a function renamed": ("(defn total [", "(defn totals ["),
        "a function renamed, and its call": ("(total [", "(totals [", "(defn total ", "(defn totals "),
        "a function deleted": ("(defn total", "(comment total", "(total [", "(list ["),
        "a called function renamed": ("(defn helper", "(defn helpers"),
        "a called function deleted": ("(defn helper [x] (* x 2))", ""),
        "a called function shadowed by a parameter": (
            "[items tax]",
            "[items helper]",
            "(helper tax)",
            "(helper helper)",
        ),
        "a library function shadowed by a definition": ("(defn helper", "(defn reduce [f x y] y)(defn helper"),
        "a parameter added": ("[items tax]", "[items tax more]"),
        "a parameter removed": ("[items tax]", "[items]", "(def start 5)", "(def start 5) (def tax 3)"),
        "parameters reordered": ("[items tax]", "[tax items]"),
        "a parameter retyped": ("[items tax]", "[items tax : int64]"),
        "a parameter becomes the rest": ("[items tax]", "[items & tax]"),
        "a live variable renamed": ("tax", "levy"),
        "a live variable dropped": ("(+ start (helper tax)", "(+ 5 (helper tax)"),
        "a live variable added": ("(- 0 tax)", "(- before tax)"),
        "a live variable retyped": ("(def start 5)", "(def start : int64 5)"),
        "two live variables change names": ("(+ start (helper tax)", "(+ tax (helper start)"),
        "a field added": ("price : int64]", "price : int64, size]"),
        "a field removed": ("[name : string, price : int64]", "[price : int64]", '"a" ', "", '"b" ', ""),
        "a field renamed": ("name : string", "title : string"),
        "a field retyped": ("name : string", "name : symbol"),
        "a field loses its type": ("name : string", "name"),
        "fields reordered": ("[name : string, price : int64]", "[price : int64, name : string]"),
        "the type renamed": ("(struct item", "(struct thing"),
        "the type removed": ("(struct item [name : string, price : int64])", "(defn item [& xs] xs)"),
        "the type becomes an error": ("(struct item", "(deferror item"),
        "code of a closure yet to be made": ("(+ sum i.price)", "(+ sum i.price 0)"),
        "a field read by a closure yet to be made": ("i.price", "i.name"),
        "the module renamed": (">shop.tur", "store.tur"),
        "the module moved": (">shop.tur", "app/shop.tur"),
    },
)

SWAPPED = Situation(
    "two functions of the same shape",
    """
(defn add-tax [n] (let [a (ask)] (+ n a 100)))
(defn add-tip [n] (let [a (ask)] (+ n a 200)))
(defn main [] (println (add-tax 1)))
""",
    "108\n",
    harmless={"the other one": ("200", "300"), "the order": ("(defn add-tip [n] (let [a (ask)] (+ n a 200)))\n", "")},
    refused={
        "swapped under each other's names": ("add-tax [", "x [", "add-tip [", "add-tax [", "x [", "add-tip ["),
        "the bodies swapped": ("100", "0", "200", "100", " 0)", " 200)"),
        "both made the same, as the other": ("100", "200"),
    },
)

LAMBDAS = Situation(
    "lambdas beside each other",
    """
(defn apply-to [f x] (+ 0 (f x)))
(defn run [n]
  (def first-one (fn [x] (+ x 1)))
  (let [double (fn [x] (* x 2))
        triple (fn [x] (* x 3))
        fs [(fn [x] (- x n)) (fn [x] (- n x)) (fn [x] (- x n))]
        a (apply-to (fn [x] (+ x (ask))) 1)]
    [(double a) (triple a) (map (fn [f] (f a)) fs) (first-one a)]))
(defn main [] (println (run 10)))
""",
    "[16 24 (-2 2 -2) 9]\n",
    harmless={
        "another lambda before": ("(let [double", "(let [unused (fn [x] x) double"),
        "another lambda between": ("triple (fn", "unused (fn [y] (+ y 1 n)) triple (fn"),
        "another lambda after": (
            "(first-one a)]",
            "(first-one a)]",
            "(defn main",
            "(def more (fn [x] (* x 5)))(defn main",
        ),
        "the order of lambdas": (
            "double (fn [x] (* x 2))\n        triple (fn [x] (* x 3))",
            "triple (fn [x] (* x 3))\n        double (fn [x] (* x 2))",
        ),
        "a duplicate": ("double (fn [x] (* x 2))", "double (fn [x] (* x 2)) again (fn [x] (* x 2))"),
        "a parameter of a lambda that has not begun": ("double (fn [x] (* x 2))", "double (fn [value] (* value 2))"),
        "the order in which they stand in data": (
            "[(fn [x] (- x n)) (fn [x] (- n x)) (fn [x] (- x n))]",
            "[(fn [x] (- n x)) (fn [x] (- x n)) (fn [x] (- x n))]",
        ),
    },
    refused={
        "the body of a kept lambda": ("(* x 2)", "(* x 4)"),
        "a constant of a lambda in data": ("(- n x)", "(- n x 0)"),
        "what a lambda captures, renamed": ("(defn run [n]", "(defn run [n] (def m n)", "(- n x)", "(- m x)"),
        "the operands of a lambda": ("(- n x)", "(- x n)"),
        "a lambda yet to be made": ("(fn [f] (f a))", "(fn [f] (f (f a)))"),
        "the lambda that waits": ("(+ x (ask))", "(- x (ask))"),
        "a parameter of the lambda that waits": ("(fn [x] (+ x (ask)))", "(fn [y] (+ y (ask)))"),
        "a lambda loses its name": ("(def first-one (fn [x] (+ x 1)))", "(def first-one (do nil (fn [x] (+ x 1))))"),
        "the lambda that waits is put into another": ("(fn [x] (+ x (ask)))", "(fn [x] ((fn [x] (+ x (ask))) x))"),
        "a parameter added": ("double (fn [x]", "double (fn [x & more]"),
    },
)

NESTED = Situation(
    "a nested closure",
    """
(defn make [a b]
  (fn [c] (let [g (fn [d] (+ (* c (ask)) d (- a b)))] (+ 1000 (g 5)))))
(defn main [] (println ((make 100 30) 2)))
""",
    "1089\n",
    harmless={
        "code around that has run": ("(fn [c] (let", '(println "made") (fn [c] (let'),
        "another closure in it": ("(fn [c] (let [g", "(fn [c] (let [h (fn [d] d) g"),
        "code before the point": ("(ask)", "(do (list d) (ask))"),
    },
    refused={
        "captured variables change places": ("(- a b)", "(- b a)"),
        "captured variables change names": ("[a b]", "[b a]", "(- a b)", "(- b a)"),
        "a captured variable renamed": ("[a b]", "[a e]", "(- a b)", "(- a e)"),
        "the rest of the outer closure": ("(+ 1000", "(+ 2000"),
        "a call around the inner one": ("(+ 1000 (g 5))", "(+ 1000 (inc (g 5)))"),
        "the rest of the inner closure": ("(* c (ask)) d", "(+ c (ask)) d"),
        "a closure around": ("(fn [c] (let", "(fn [c] ((fn [] (let", "(+ 1000 (g 5))", "(+ 1000 (g 5))))"),
    },
)

METHOD = Situation(
    "a method",
    """
(struct order [id items])
(defclass Priced [a] (price [self : a, extra : int64] : int64))
(instance Priced order
  (price [self extra] (let [rate (ask)] (+ (* rate (count self.items)) extra))))
(defn main [] (println (price (order 1 ["a" "b"]) 3)))
""",
    "17\n",
    harmless={
        "a method of another type": (
            "(defn main",
            "(struct gift [])(instance Priced gift (price [self extra] 0))(defn main",
        ),
        "code before the point": ("(let [rate (ask)]", "(let [rate (do (count self.items) (ask))]"),
        "another instance before": (
            "(instance Priced",
            "(struct gift [])(instance Priced gift (price [self extra] 0))(instance Priced",
        ),
        "another class": ("(defclass Priced", "(defclass Named [a] (named [x : a] : string)) (defclass Priced"),
    },
    refused={
        "the rest of the method": ("(* rate", "(+ rate"),
        "a parameter of the method": ("(price [self extra] (let", "(price [self more] (let", "extra))))", "more))))"),
        "the instance is gone": ("(instance Priced order", "(struct gift [])(instance Priced gift"),
        "the class renamed": ("Priced", "Costed"),
        "the type of self": ("(struct order [id items])", "(struct order [id items note])"),
    },
)

LOOP = Situation(
    "a loop",
    """
(defn run [xs]
  (loop [i 0 sum 100]
    (let [x (get xs i)]
      (if (< i 2)
        (let [seen (+ x i)
              y (if (= i 0) (ask) 1)]
          (recur (+ i 1) (+ sum (* y seen))))
        [sum i]))))
(defn main [] (println (run [1 2 3])))
""",
    "[110 2]\n",
    harmless={
        "code before the loop": ("(loop [i 0 sum 100]", "(println xs) (loop [i 0 sum 100]"),
        "how the loop starts": ("sum 100", "sum 200"),
        "a variable of a turn that is not live": ("x (get xs i)", "z (get xs i)", "(+ x i)", "(+ z i)"),
    },
    refused={
        "code of this turn that is run again in the next": ("(+ x i)", "(+ x i 1)"),
        "the condition": ("(< i 2)", "(< i 3)"),
        "the other branch, which a later turn takes": ("[sum i]", "[i sum]"),
        "the jump": ("(recur (+ i 1)", "(recur (+ i 2)"),
        "the loop's variables change places": ("[i 0 sum 100]", "[sum 100 i 0]"),
        "a variable of the loop renamed": ("sum", "total"),
        "a variable added": ("sum 100]", "sum 100 more 1]", "(* y seen))", "(* y seen)) more"),
        "a call around the call in a branch": ("(if (= i 0) (ask) 1)", "(if (= i 0) (inc (ask)) 1)"),
        "the other call of the branches": ("(if (= i 0) (ask) 1)", "(if (= i 0) (ask) 2)"),
    },
)

NESTED_LOOPS = Situation(
    "loops in loops",
    """
(defn run []
  (let [out (ref [])]
    (loop [i 0]
      (when (< i 2)
        (loop [j 0]
          (when (< j 2)
            (when (= [i j] [0 1]) (swap! out conj (ask)))
            (swap! out conj [i j])
            (recur (+ j 1))))
        (swap! out conj :turn)
        (recur (+ i 1))))
    @out))
(defn main [] (println (run)))
""",
    "[[0 0] 7 [0 1] :turn [1 0] [1 1] :turn]\n",
    harmless={"before the loops": ("(let [out (ref [])]", "(let [out (do (list 1) (ref []))]")},
    refused={
        "the inner condition": ("(< j 2)", "(< j 3)"),
        "the outer condition": ("(< i 2)", "(< i 3)"),
        "after the inner loop": (":turn", ":next"),
        "where the inner loop starts": ("[j 0]", "[j 1]"),
        "after all": ("@out", "[@out]"),
    },
)

BRANCHES = Situation(
    "cond, and, or",
    """
(defn same [x] x)
(defn run [a]
  (let [x (cond (= a 0) (same 1)
                (= a 1) (ask)
                :else (same 2))
        y (and x (or (same false) (same 4)))
        z (when (> a 0) (same y))]
    [x y z a]))
(defn main [] (println (run 1)))
""",
    "[7 4 4 1]\n",
    harmless={
        "another branch": (":else (same 2)", ":else (same 3)"),
        "another branch calls something else": ("(= a 0) (same 1)", "(= a 0) (inc 1)"),
        "a branch added": (":else", "(= a 2) 5 :else"),
        "a condition that was passed": ("(= a 1) (ask)", "(= 1 a) (ask)"),
    },
    refused={
        "a call around the call in the branch": ("(= a 1) (ask)", "(= a 1) (inc (ask))"),
        "a function around the call in the branch": ("(= a 1) (ask)", "(= a 1) (same (ask))"),
        "more to do in the branch": ("(= a 1) (ask)", "(= a 1) (do (ask) 8)"),
        "the and": ("(and x", "(and a"),
        "the or": ("(or (same false)", "(or (same nil)"),
        "the when": ("(> a 0)", "(> a 1)"),
    },
)

MATCH = Situation(
    "match",
    """
(defdata shape (circle r) (square side) (dot))
(defn run [s]
  (let [area (match s
               (circle r) -> (* 3 r (ask))
               (square a) -> (* a a)
               (dot) -> 0)]
    [area s]))
(defn main [] (println (run (circle 2))))
""",
    "[42 (circle 2)]\n",
    harmless={
        "another clause": ("(* a a)", "(* a a a)"),
        "a clause added": ("(dot) -> 0", "(dot) -> 0\n _ -> 1"),
        "a constructor added": ("(dot))", "(dot) (line length))"),
        "another constructor's fields": ("(square side)", "(square side colour)", "(square a) ->", "(square a _) ->"),
    },
    refused={
        "the clause": ("(* 3 r (ask))", "(* 4 r (ask))"),
        "a call around": ("(* 3 r (ask))", "(inc (* 3 r (ask)))"),
        "a field of the constructor": ("(circle r)", "(circle radius)"),
        "the data type renamed": ("(defdata shape", "(defdata figure"),
        "after the match": ("[area s]", "[s area]"),
    },
)

TRY = Situation(
    "try, catch, finally",
    """
(deferror trouble [message])
(deferror problem [message])
(defn same [x] x)
(defn run [n]
  (+ 1 (try
         (try (ask)
           (catch [e : trouble] (same n))
           (catch [e : problem] (same (+ n 1)))
           (finally (println "inner" n)))
         (finally (println "outer")))))
(defn main [] (println (run 20)))
""",
    "inner 20\nouter\n8\n",
    harmless={
        "layout": ("(same n))", "(same\n n))"),
        "the name of the error": ("(catch [e : trouble] (same n))", "(catch [x : trouble] (same n))"),
    },
    refused={
        "a call around what is tried": ("(try (ask)", "(try (same (ask))"),
        "more to do in the try": ("(try (ask)", "(try (do (ask) 1)"),
        "a call around the inner try": ("         (try (ask)", "  (same (try (ask)", '"inner" n)))', '"inner" n))))'),
        "a call around the outer try": ("(+ 1 (try", "(+ 1 (same (try", '"outer")))))', '"outer"))))))'),
        "the rest after it": ("(+ 1 (try", "(+ 2 (try"),
        "a catch": ("(same (+ n 1))", "(same (+ n 2))"),
        "the catches' bodies swapped": (
            "trouble] (same n)",
            "x] (same n)",
            "problem] (same (+ n 1))",
            "trouble] (same (+ n 1))",
            "x] (same n)",
            "problem] (same n)",
        ),
        "what a catch catches": ("(catch [e : trouble]", "(catch [e]"),
        "the order of catches": (
            "(catch [e : trouble] (same n))\n           (catch [e : problem] (same (+ n 1)))",
            "(catch [e : problem] (same (+ n 1)))\n           (catch [e : trouble] (same n))",
        ),
        "a catch added": ('(finally (println "inner" n))', '(catch [e] 1) (finally (println "inner" n))'),
        "a catch removed": ("(catch [e : trouble] (same n))", ""),
        "a finally": ('"inner"', '"INNER"'),
        "the finallys swapped": (
            '(println "inner" n)',
            "X",
            '(println "outer")',
            '(println "inner" n)',
            "X",
            '(println "outer")',
        ),
        "a finally removed": ('(finally (println "outer"))', ""),
        "a try around": ("(+ 1 (try", "(+ 1 (try (try", '"outer")))))', '"outer"))) (catch [e] 0))))'),
        "the type of the error": (
            "(deferror trouble [message])",
            "(deferror trouble2 [message])",
            ": trouble]",
            ": trouble2]",
        ),
    },
)

DEFER = Situation(
    "defer",
    """
(defn note [x] (println "note" x))
(defn run [n]
  (defer (note n))
  (defer (note :second))
  (let [x (ask)] (println x))
  :done)
(defn main [] (println (run 3)))
""",
    "7\nnote :second\nnote 3\n:done\n",
    harmless={
        "the function that a defer calls": (
            '(println "note" x)',
            '(println "noted" x)',
            "7\nnoted :second\nnoted 3\n:done\n",
        ),
        "before": ("(let [x (ask)]", "(list 1) (let [x (ask)]"),
    },
    refused={
        "a defer": ("(note :second)", "(note :third)"),
        "the order of defers": (
            "(defer (note n))\n  (defer (note :second))",
            "(defer (note :second))\n  (defer (note n))",
        ),
        "a defer added": ("(defer (note n))", "(defer (note n)) (defer (note 1))"),
        "a defer removed": ("(defer (note :second))", ""),
        "the rest": ("(println x)", "(println x x)"),
        "the value": (":done", ":finished"),
    },
)

HANDLE = Situation(
    "handle",
    """
(defeffect Log [text])
(defeffect Get [] : int64)
(defn same [x] x)
(defn work [n]
  (perform (Log "start"))
  (let [a (ask) b (perform (Get))]
    (perform (Log "end"))
    (+ a b n)))
(defn run [n]
  (+ 1000 (handle (work n)
            (Log [t] k) (do (println "log" t) (continue k nil))
            (Get [] k) (continue k 100)
            (return [v] (same v)))))
(defn main [] (println (run 1)))
""",
    "log end\n1108\n",
    harmless={
        "before": ('(perform (Log "start"))', "(list 1)"),
        "the order of the clauses": (
            '(Log [t] k) (do (println "log" t) (continue k nil))\n            (Get [] k) (continue k 100)',
            '(Get [] k) (continue k 100)\n            (Log [t] k) (do (println "log" t) (continue k nil))',
        ),
        "the name of k": ("(Get [] k) (continue k 100)", "(Get [] go) (continue go 100)"),
    },
    refused={
        "a clause": ('"log"', '"LOG"'),
        "what a clause continues with": ("(continue k 100)", "(continue k 200)"),
        "the return": ("(return [v] (same v))", "(return [v] (same (+ v 1)))"),
        "no return": ("(return [v] (same v))", ""),
        "after the handle": ("(+ 1000 (handle", "(+ 2000 (handle"),
        "a call around the handle": ("(+ 1000 (handle", "(+ 1000 (same (handle", "(same v)))))", "(same v))))))"),
        "a call around what is handled": ("(handle (work n)", "(handle (same (work n))"),
        "what is performed": ('(perform (Log "end"))', '(perform (Log "END"))'),
        "a field of the effect": (
            "(defeffect Log [text])",
            "(defeffect Log [text level])",
            '"start"',
            '"start" 1',
            '"end"',
            '"end" 1',
            "[t]",
            "[t _]",
        ),
        "the effect's result": ("(defeffect Get [] : int64)", "(defeffect Get [] : string)"),
        "the effect renamed": ("Log", "Note"),
        "the effect removed": ("(defeffect Get [] : int64)", "", "(Get [] k) (continue k 100)", ""),
    },
)

CLAUSE = Situation(
    "a clause of a handler",
    """
(defeffect Price [name])
(defn same [x] x)
(defn work [] (+ 1 (perform (Price "tea"))))
(defn run []
  (+ 1000 (handle (work) (Price [name] k) (let [p (ask)] (println name p) (continue k (* p 2))))))
(defn main [] (println (run)))
""",
    "tea 7\n1015\n",
    harmless={"the name of k": ("(Price [name] k)", "(Price [name] q)", "(continue k", "(continue q")},
    refused={
        "code of the clause that may run again": ("(let [p (ask)]", "(let [p (do (count name) (ask))]"),
        "the rest of the clause": ("(* p 2)", "(* p 3)"),
        "the rest of the body": ("(+ 1 (perform", "(+ 2 (perform"),
        "a call around the perform": ('(+ 1 (perform (Price "tea")))', '(+ 1 (same (perform (Price "tea"))))'),
        "after the handle": ("(+ 1000", "(+ 2000"),
    },
)

BINDING = Situation(
    "binding",
    """
(defdynamic *level* 0)
(defdynamic *other* 5)
(defn same [x] x)
(defn run [n]
  (+ 1000 (binding [*level* (* n 10)] (binding [*other* 1] (+ (ask) *level* *other*)))))
(defn main [] (println (run 2)))
""",
    "1028\n",
    harmless={
        "the value that was bound": ("(* n 10)", "(* n 20)"),
        "the constant that was bound": ("[*other* 1]", "[*other* 2]"),
        "the default": ("*level* 0", "*level* 9"),
    },
    refused={
        "what is bound": ("[*other* 1]", "[*level* 1]"),
        "which is read": ("*level* *other*)", "*other* *level*)"),
        "a call around the region": ("(+ 1000 (binding", "(+ 1000 (same (binding", "*other*)))))", "*other*))))))"),
        "a call around the inner region": (
            "(binding [*other* 1]",
            "(same (binding [*other* 1]",
            "*other*)))))",
            "*other*))))))",
        ),
        "the rest": ("(+ (ask)", "(- (ask)"),
        "a binding added": (
            "(binding [*other* 1] (+ (ask)",
            "(binding [*other* 1] (binding [*level* 3] (+ (ask)",
            "*other*)))))",
            "*other*))))))",
        ),
        "a region removed": ("(binding [*other* 1] (+ (ask) *level* *other*))", "(+ (ask) *level* *other*)"),
    },
)

RESET = Situation(
    "a delimiter in the same function",
    """
(defn same [x] x)
(defn run [n]
  (+ 1000 (reset (+ n (same (cloneable-shift [k] (write-file "saved.bin" (serialize k)) 0))))))
(defn main [] (println (run 2)))
(defn use [] (ask))
""",
    "9\n",
    harmless={
        "outside of the delimiter": ("(+ 1000", "(+ 2000"),
        "a call around the delimiter": ("(+ 1000 (reset", "(+ 1000 (same (reset", "0))))))", "0)))))))"),
        "what is done with k, which has run": (" 0))))))", " 1))))))"),
    },
    refused={
        "inside of the delimiter": ("(+ n (same", "(- n (same"),
        "a call inside": ("(same (cloneable-shift", "(same (same (cloneable-shift", "0))))))", "0)))))))"),
    },
)

REGION_BESIDE = Situation(
    "a delimiter that is captured",
    """
(defeffect Ask [])
(defn same [x] x)
(defn run [n] (+ 1000 (if (> n 0) (reset (+ n (perform (Ask)))) 0)))
(defn main []
  (println (handle (run 2) (Ask [] ^multishot k) (do (write-file "saved.bin" (serialize k)) 0))))
""",
    "1009\n",
    harmless={"the other branch": ("(perform (Ask)))) 0)", "(perform (Ask)))) 1)")},
    refused={
        "a call around the delimiter": ("(reset (+ n (perform (Ask))))", "(same (reset (+ n (perform (Ask)))))"),
        "the clause, which may run again": (" 0))))", " 1))))"),
        "outside of the delimiter": ("(+ 1000", "(+ 2000"),
        "inside": ("(+ n", "(- n"),
    },
)

TRIED_LATER = Situation(
    "a catch yet to be reached",
    """
(deferror trouble [message])
(defn run [n]
  (let [a (ask)
        b (try (throw (trouble "x")) (catch [e : trouble] (+ a n)) (finally (println "clean")))]
    [a b]))
(defn main [] (println (run 20)))
""",
    "clean\n[7 27]\n",
    harmless={"before": ("(let [a (ask)", "(let [a (do (list n) (ask))")},
    refused={
        "the catch": ("(+ a n)", "(- a n)"),
        "what it catches": ("[e : trouble]", "[e : error]"),
        "the finally": ('"clean"', '"CLEAN"'),
        "no finally": ('(finally (println "clean"))', ""),
        "what is thrown": ('(trouble "x")', '(trouble "y")'),
    },
)

CAUGHT = Situation(
    "in a catch, with the error",
    """
(deferror trouble [message])
(defn run [n] (try (throw (trouble "x")) (catch [e : trouble] (let [a (ask)] [a e.message n]))))
(defn main [] (println (run 20)))
""",
    '[7 "x" 20]\n',
    harmless={"what was tried": ('(throw (trouble "x"))', '(throw (trouble "other"))')},
    refused={
        "the rest of the catch": ("[a e.message n]", "[e.message a n]"),
        "the fields of the error": ("[message]", "[message code]", '"x"', '"x" 1'),
        "the error renamed": ("trouble", "problem"),
        "the error's variable renamed": ("[e : trouble]", "[f : trouble]", "e.message", "f.message"),
    },
)

IN_FINALLY = Situation(
    "in a finally and in a defer",
    """
(defn run [n]
  (defer (println "deferred" (ask)))
  (try (println "tried" n) (finally (println "finally" n)))
  :value)
(defn main [] (println (run 2)))
""",
    "deferred 7\n:value\n",
    harmless={"what was tried": ('"tried"', '"TRIED"'), "a finally that has run": ('"finally"', '"FINALLY"')},
    refused={
        "the rest of the defer": ('"deferred"', '"DEFERRED"'),
        "the caller": ("(println (run 2))", "(println [(run 2)])"),
        "a call in the defer": ('"deferred" (ask)', '"deferred" (inc (ask))'),
    },
)

GENERATOR = Situation(
    "a generator",
    """
(defn squares [n] (gen [] (for-each (range 1 n) (fn [i] (yield (* i i)))) (yield :end)))
(defn main []
  (let [g (squares 4) first-one (gen-next g) a (ask)]
    (println a (gen-collect g))))
""",
    "7 (4 9 :end)\n",
    harmless={
        "how it was made": ("(squares 4)", "(squares 5)"),
        "another generator": ("(defn squares", "(def other (gen [] (yield 1)))(defn squares"),
        "code that has run": ("(gen [] (for-each", "(gen [] (list 1) (for-each"),
        "the parameter of a function that ended with the yield": (
            "(fn [i] (yield (* i i)))",
            "(fn [j] (yield (* j j)))",
        ),
    },
    refused={
        "the rest of its body": (":end", ":done"),
        "the function in its loop": ("(* i i)", "(* i i i)"),
        "what is done with it": ("(println a (gen-collect g))", "(println (gen-collect g) a)"),
        "the name of what made it": ("squares", "powers"),
    },
)

TASK = Situation(
    "async tasks",
    """
(defn work [n] (let [a (await (sleep-async 0)) b (+ n 1)] (println "worked" b) b))
(defn main []
  (let [task (async (work 10)) x (await (async 1)) a (ask)]
    (println a x (await task))))
""",
    "worked 11\n7 1 11\n",
    harmless={
        "the code of the task that has run": ("(async (work 10))", "(async (work 11))"),
        "a call around the last call of the task, which has ended with it": (
            "(async (work 10))",
            "(async (inc (work 10)))",
        ),
        "before the task waits": ("(await (sleep-async 0))", "(do (list n) (await (sleep-async 0)))"),
    },
    refused={
        "the rest of the task": ('"worked"', '"WORKED"'),
        "what awaits it": ("(println a x (await task))", "(println x a (await task))"),
        "how it is awaited": ("(await task))))", "(await (async (await task))))))"),
    },
)

LOCAL = Situation(
    "local functions",
    """
(defn run [n]
  (defn even-at? [i] (if (= i 0) true (odd-at? (- i 1))))
  (defn odd-at? [i] (if (= i 0) false (even-at? (- i 1))))
  (defn wait [x] (+ x (ask) n))
  (defn unused [x] (* x 2))
  (let [w (wait 100)]
    [w (even-at? n) (odd-at? n)]))
(defn main [] (println (run 4)))
""",
    "[111 true false]\n",
    harmless={
        "one that is not needed any more": ("(* x 2)", "(* x 3)"),
        "one that is gone": ("(defn unused [x] (* x 2))", ""),
        "one more": ("(defn unused", "(defn more [x] x) (defn unused"),
        "the order": (
            "(defn unused [x] (* x 2))\n",
            "",
            "(defn even-at?",
            "(defn unused [x] (* x 2))\n  (defn even-at?",
        ),
        "a docstring": ("(defn wait [x]", '(defn wait "Waits." [x]'),
    },
    refused={
        "one that the rest calls": ("(if (= i 0) true", "(if (= i 1) true"),
        "one that one calls": ("(if (= i 0) false", "(if (= i 1) false"),
        "two swapped under each other's names": ("even-at?", "X", "odd-at?", "even-at?", "X", "odd-at?"),
        "two swapped, but for their calls": (
            "(defn even-at?",
            "(defn X",
            "(defn odd-at?",
            "(defn even-at?",
            "(defn X",
            "(defn odd-at?",
        ),
        "one that waits, renamed": ("wait", "hold"),
        "one that waits": ("(+ x (ask) n)", "(- x (ask) n)"),
        "parameter of one that waits": ("(defn wait [x] (+ x (ask) n))", "(defn wait [y] (+ y (ask) n))"),
        "made a function of the module": (
            "  (defn wait [x] (+ x (ask) n))\n",
            "",
            "(defn run",
            "(def n 4) (defn wait [x] (+ x (ask) n))(defn run",
        ),
    },
)

KEYWORDS = Situation(
    "keyword parameters",
    """
(defn default [] 5)
(defn run [a &key (scale 2) (shift (default))]
  (let [b (ask)] [a b scale shift]))
(defn main [] (println (run 1 :scale 3)))
""",
    "[1 7 3 5]\n",
    harmless={
        "a default": ("(scale 2)", "(scale 9)"),
        "a default's call": ("(shift (default))", "(shift (inc (default)))"),
        "what was given": (":scale 3", ":scale 4"),
    },
    refused={
        "one renamed": ("scale", "factor"),
        "one added": ("(scale 2)", "(scale 2) (more 3)"),
        "one removed": ("(scale 2) ", "", " scale shift]", " 3 shift]", " :scale 3", ""),
        "reordered": ("(scale 2) (shift (default))", "(shift (default)) (scale 2)"),
    },
)

DESTRUCTURED = Situation(
    "rest and destructured parameters",
    """
(defn run [a [b c] {:keys [d]} & more]
  (let [e (ask)] [a b c d e more]))
(defn main [] (println (run 1 [2 3] {:d 4} 5 6)))
""",
    "[1 2 3 4 7 (5 6)]\n",
    harmless={"what was given": ("[2 3]", "[3 2]")},
    refused={
        "the rest renamed": ("more", "others"),
        "the rest is gone": (" & more]", "]", " e more]", " e (list 5 6)]", " 5 6)", ")"),
        "a part renamed": ("[b c]", "[b f]", "a b c d", "a b f d"),
        "parts change places": ("[b c]", "[c b]", "a b c d", "a c b d"),
        "a key renamed": ("{:keys [d]}", "{:keys [f]}", "c d e", "c f e", "{:d 4}", "{:f 4}"),
        "parts read in another order": ("[a b c d e more]", "[a c b d e more]"),
    },
)

TYPED = Situation(
    "declared types",
    """
(struct point [x : int64, y : int64])
(defn run [a : int64 p : point]
  (def b : int64 (+ a 1))
  (let [c (ask)]
    (def d : int64 c)
    [a b d p.x]))
(defn main [] (println (run 1 (point 2 3))))
""",
    "[1 2 7 2]\n",
    harmless={"the result's type": ("p : point]", "p : point] : vector"), "the short name": ("b : int64", "b : int")},
    refused={
        "of a parameter": ("[a : int64 p", "[a : number p"),
        "of a parameter, gone": ("p : point]", "p]"),
        "of a live variable": ("(def b : int64", "(def b : number"),
        "of a live variable, gone": ("(def b : int64", "(def b"),
        "of a variable yet to be bound": ("(def d : int64 c)", "(def d : number c)"),
        "a check that is gone": ("(def d : int64 c)", "(def d c)"),
        "of a field": ("y : int64]", "y : number]"),
        "the type renamed": ("point", "place"),
    },
)

MACROS = Situation(
    "macros of the module and of another one",
    """
(import tools :refer [twice unless2])
(defmacro once [e] `(+ 1 ~e))
(defmacro early [e] `(list ~e))
(defn run [n]
  (early n)
  (let [a (ask)]
    [(once a) (twice (+ a n)) (unless2 false 5)]))
(defn main [] (println (run 3)))
""",
    "[8 20 5]\n",
    files={
        "tools.tur": "(module tools)\n(defmacro twice [e] `(let [v# ~e] (+ v# v#)))\n"
        "(defmacro unless2 [c e] `(if ~c nil ~e))\n(defmacro other [e] e)\n"
    },
    harmless={
        "one that is used in code that has run": ("`(list ~e)", "`(vector ~e)"),
        "one that expands to the same": ("`(+ 1 ~e)", "(list '+ 1 e)"),
        "a variable of a template": ("[v# ~e] (+ v# v#)", "[w# ~e] (+ w# w#)"),
        "another one": ("(defmacro other [e] e)", "(defmacro other [e] nil)"),
        "written out": ("(once a)", "(+ 1 a)"),
    },
    refused={
        "one of the module": ("`(+ 1 ~e)", "`(+ 2 ~e)"),
        "one of another module": ("(+ v# v#)", "(* v# v#)"),
        "one that becomes a function": ("(defmacro once [e] `(+ 1 ~e))", "(defn once [e] (+ 1 e))"),
        "the order in what it expands to": ("`(if ~c nil ~e)", "`(if ~c ~e nil)"),
        "one that is gone": ("(defmacro once [e] `(+ 1 ~e))", ""),
    },
)

MODULES = Situation(
    "a function of another module",
    """
(import app.rates :as rates)
(import app.rates :refer [tax])
(defn run [n] (let [a (rates.fetch n)] [a (tax n) (rates.double a)]))
(defn main [] (println (run 3)))
""",
    "[10 6 20]\n",
    files={
        "app/rates.tur": "(import app.source)\n(defn fetch [n] (let [r (app.source.ask)] (+ n r)))\n"
        "(defn tax [n] (* n 2))\n"
        "(defn double [n] (* n 2))\n(def limit 5)\n",
        "app/source.tur": '(defn ask [] (cloneable-shift [k] (write-file "saved.bin" (serialize k))))\n',
    },
    harmless={
        "another function of that module": ("(def limit 5)", "(def limit 6)(defn more [] 1)"),
        "another alias": (":as rates", ":as prices", "rates.fetch", "prices.fetch", "rates.double", "prices.double"),
        "the full name": ("rates.double", "app.rates.double"),
        "referred instead": ("[tax]", "[tax double]", "(rates.double a)", "(double a)"),
        "by alias instead": ("(tax n) (", "(rates.tax n) ("),
        "a called function": ("(defn tax [n] (* n 2))", "(defn tax [n] (* n 3))", "[10 9 20]\n"),
    },
    refused={
        "the rest there": ("(+ n r)", "(- n r)"),
        "another module's function of the same name": ("(import app.rates :refer [tax])", "(defn tax [n] (* n 2))"),
        "the module moved": (">app/rates.tur", "app/prices.tur", "app.rates", "app.prices"),
        "the file renamed": (">app/rates.tur", "app/rate.tur", "app.rates", "app.rate"),
        "the function moved to another module": (
            "(defn fetch [n] (let [r (app.source.ask)] (+ n r)))",
            "",
            "(import app.rates :as",
            "(import app.source) (defn fetch [n] (let [r (app.source.ask)] (+ n r))) (import app.rates :as",
            "rates.fetch",
            "fetch",
        ),
    },
)

TOP_LEVEL = Situation(
    "the value of a def, and a form of the file",
    """
(println "starting")
(def limit 5)
(def result (+ limit (* 2 (ask))))
(println "result" result)
""",
    "19\n",
    harmless={
        "other forms": ('(println "starting")', '(println "begin") (println 1)'),
        "a form after it": ('"result" result', '"RESULT" result'),
        "the value of another def": ("(def limit 5)", "(def limit 6)"),
        "a form before it": ("(def limit 5)", "(def limit 5) (def more 5)"),
    },
    refused={
        "the rest of it": ("(* 2 (ask))", "(* 3 (ask))"),
        "its name": ("result", "outcome"),
        "a call": ("(* 2 (ask))", "(* 2 (inc (ask)))"),
    },
)

GLOBALS = Situation(
    "globals held as values",
    """
(def table {:a 1})
(def counter (ref 10))
(defn double [x] (* x 2))
(defclass Shown [a] (shown [x : a] : string))
(instance Shown int64 (shown [x] (str "<" x ">")))
(defn run [f g] (let [a (ask)] [(f a) (g a) @counter (:a table)]))
(defn main [] (println (run double shown)))
""",
    '[14 "<7>" 10 1]\n',
    harmless={
        "the body of a function held by name": ("(* x 2)", "(* x 3)", '[21 "<7>" 10 1]\n'),
        "the method": ('(str "<" x ">")', '(str "[" x "]")', '[14 "[7]" 10 1]\n'),
        "the value of a def": ("{:a 1}", "{:a 2}", '[14 "<7>" 10 2]\n'),
        "a ref of the module": ("(ref 10)", "(ref 11)", '[14 "<7>" 11 1]\n'),
        "a function becomes a def": ("(defn double [x] (* x 2))", "(def double (fn [x] (* x 2)))"),
    },
    refused={
        "a function held by name, renamed": ("double", "twice"),
        "a function held by name, gone": ("(defn double [x] (* x 2))", "", "(run double", "(run inc"),
        "a def renamed": ("table", "mapping"),
        "a def gone": ("(def table {:a 1})", ""),
    },
)

DATA = Situation(
    "constants in the remaining code",
    """
(defn run [n] (let [a (ask)] [a 1 2.0 -0.0 "a" :k 'sym '(1 (2.0 "x") {a 1}) #{1} nil true 12345678901234567890 #b"ab"]))
(defn main [] (println (count (run 1))))
""",
    "13\n",
    harmless={"layout": ('\'(1 (2.0 "x")', '\'(1   (2.0 "x")')},
    refused={
        "1 and 1.0": ("[a 1 2.0", "[a 1.0 2.0"),
        "2.0 and 2": ("[a 1 2.0", "[a 1 2"),
        "1 and true": ("[a 1 2.0", "[a true 2.0"),
        "-0.0 and 0.0": ("-0.0", "0.0"),
        "text and symbol": ('"a" :k', "'a :k"),
        "keyword and symbol": (":k 'sym", "'k 'sym"),
        "keyword and text": (":k 'sym", '"k" \'sym'),
        "inside of quoted data: 2.0 and 2": ('(2.0 "x")', '(2 "x")'),
        "inside of quoted data: text and symbol": ('(2.0 "x")', "(2.0 x)"),
        "inside of quoted data: list and vector": ('(2.0 "x")', '[2.0 "x"]'),
        "a map's value": ("{a 1}", "{a 2}"),
        "set and list": ("#{1}", "(list 1)"),
        "nil and false": ("nil true", "false true"),
        "a big number": ("12345678901234567890", "12345678901234567891"),
        "bytes and text": ('#b"ab"', '"ab"'),
    },
)

CELLS = Situation(
    "variables that are set",
    """
(defn run [n]
  (let [count 0
        limit n
        add (fn [x] (set! count (+ count x)))]
    (add 5)
    (let [a (ask)]
      (add a)
      [count limit])))
(defn main [] (println (run 3)))
""",
    "[12 3]\n",
    harmless={
        "a set that was done": ("(add 5)", "(add 6)"),
        "a set that was done, gone": ("(add 5)\n", ""),
        "another start": ("count 0", "count 1"),
    },
    refused={
        "the variable is no longer set": ("(fn [x] (set! count (+ count x)))", "(fn [x] (+ count x))"),
        "another variable is set": ("(set! count (+ count x))", "(set! limit (+ count x))"),
        "another variable is read": ("(+ count x)", "(+ limit x)"),
        "the variable renamed": ("count", "sum"),
        "a variable becomes one that is set": ("(add a)", "(set! limit a) (add a)"),
    },
)

CALLED_VARIABLE = Situation(
    "a call of a variable",
    """
(defn run [f g n]
  (let [h f
        a (+ 1 (h n))]
    [a n]))
(defn main [] (println (run (fn [x] (+ x (ask))) (fn [x] (* x 2)) 3)))
""",
    "[11 3]\n",
    harmless={
        "the variable renamed": ("h f", "call f", "(h n)", "(call n)"),
        "the argument": ("(h n)", "(h (+ n 1))"),
        "the argument calls": ("(h n)", "(h (g n))"),
    },
    refused={
        "a call around": ("(h n)", "(g (h n))"),
        "a call around, of the same": ("(+ 1 (h n))", "(+ 1 (h (h n)) 0)"),
    },
)

EXITS = Situation(
    "return, break and while",
    """
(defn same [x] x)
(defn run [n]
  (let [i 0]
    (while (< i 3)
      (set! i (+ i 1))
      (when (= i 1)
        (let [a (ask)]
          (when (> a 9) (return [:big a]))
          (when (= a 8) (break))
          (println "turn" a i))))
    [:end i (same n)]))
(defn main [] (println (run 2)))
""",
    "turn 7 1\n[:end 3 2]\n",
    harmless={"before": ("(let [i 0]", "(let [i (do (same 1) 0)]")},
    refused={
        "what is returned": ("[:big a]", "[:large a]"),
        "break becomes return": ("(break)", "(return 1)"),
        "break becomes continue": ("(break)", "(continue-loop)"),
        "no break": ("(when (= a 8) (break))", ""),
        "the condition": ("(< i 3)", "(< i 4)"),
        "after the loop": ("[:end i (same n)]", "[:end (same n) i]"),
        "code at the start of a turn": ("(set! i (+ i 1))", "(set! i (+ i 2))"),
    },
)

OPERANDS = Situation(
    "operands that were evaluated",
    """
(defn add [a b] (+ a b))
(defn run [n] (let [a (list (add n 1) (- n 1) (list (add n 5) (ask) n) 9)] a))
(defn main [] (println (run 3)))
""",
    "(4 2 (8 7 3) 9)\n",
    harmless={
        "a call becomes a primitive": ("(add n 1)", "(+ n 1)"),
        "a primitive becomes a call": ("(- n 1)", "(add n -1)"),
        "an inner one": ("(add n 5)", "(+ n 5)"),
        "other arguments": ("(add n 1)", "(add 9 9)"),
    },
    refused={
        "they change places": ("(add n 1) (- n 1) (list", "(list", "n) 9)", "n) (add n 1) (- n 1) 9)"),
        "one is gone": ("(add n 1) ", ""),
        "a constant, which is read when the call is made": ("n) 9)", "n) 8)"),
        "one that is yet to be evaluated": ("(ask) n)", "(ask) (add n 0))"),
    },
)

MADE_CONSTANTS = Situation(
    "constants that macros make",
    """
(defmacro made [] (list 'quote (list (symbol "one") [1 {2 (symbol "3")}])))
(defn run [] (let [a (ask)] [a (made)]))
(defn main [] (println (count (run))))
""",
    "2\n",
    harmless={"the same": ('(symbol "one")', "'one")},
    refused={
        "a symbol spelled like a number": ("{2 (", "{(symbol \"2\") ("),
        "the number of that spelling": ('(symbol "3")', "3"),
        "a string of that spelling": ('(symbol "one")', '"one"'),
    },
)

SITUATIONS = [value for value in list(globals().values()) if isinstance(value, Situation)]
"""All of the above."""
