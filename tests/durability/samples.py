"""Ten programs whose saved state the fuzzer starts from: between them all kinds of rows.

Each gives the value that is saved; the functions that it needs stay defined in the session.
"""

from __future__ import annotations

from turmeric.assembly.session import Session
from turmeric.durability.saving import serialize

PROGRAMS = {
    "data": """
      (struct point [x : int64, y])
      (def data-sample (let [shared [1 2.5 "a text of more than sixteen characters" #b"bytes, more than sixteen" #b"b"]
                             tail '(2 3 4)]
        [shared shared {:k #{1 true nil} "s" 'symbol} (cons 1 tail) tail (rest tail) (point 7 shared)
         (lazy [1 "lazy"]) (Some 123456789012345678901234567890) (None) -0.0 +inf nan -10 300 70000 -5000000000]))
      data-sample
    """,
    "functions": """
      (defn counter [] (let [n 0 f (fn [x : int64] (+ x 1))] [(fn [] (set! n (+ n 1)) n) (fn [] n) f]))
      (defn- hidden [x] x)
      (def shared-cell (ref 5))
      (defn pair []
        (defn ev? [n] (if (= n 0) true (od? (- n 1))))
        (defn od? [n] (if (= n 0) false (ev? (- n 1)))) [ev? od?])
      [(counter) (pair) hidden shared-cell + map :k point Some (ref [1]) (rc {:a 1}) (fn [x] (hidden x))]
    """,
    "continuation": """
      (defn work [a : int64 b]
        (let [r (ref a) c (fn [x] (+ x b)) sum 0]
          (set! sum (+ sum a))
          (+ (c @r) sum (cloneable-shift [k] k) (count [(point a b) :k "text"]))))
      (reset (try (+ 1 (work 1 2)) (catch [e : value-error] 3) (finally nil)))
    """,
    "regions": """
      (defdynamic *level* 1)
      (defn inside [] (binding [*level* 2] (defer nil) (+ *level* (cloneable-shift [k] k))))
      (reset (dynamic-wind (fn [] nil) (fn [] (try (+ 1 (inside)) (catch [e] 5))) (fn [] nil)))
    """,
    "effects": """
      (defeffect Ask [prompt] : int64)
      (defeffect Tell [what])
      (defn asking [x : int64] (perform (Tell x)) (+ x (perform (Ask "how many?"))))
      (defn kept []
        (handle (+ 1 (asking 2)) (Tell [w] ^multishot k) (resume k nil) (Ask [p] ^multishot k) k (return [v] [v])))
      (defn in-clause []
        (handle (+ 1 (asking 2)) (Tell [w] k) (continue k (cloneable-shift [c] c)) (Ask [p] k) (continue k 1)))
      [(kept) (reset (in-clause))]
    """,
    "exits": """
      (defn find-it [xs]
        (for-each xs (fn [x] (let [hit (cloneable-shift [k] k)] (when hit (return [x hit]))))) :none)
      (defn stepped [x]
        [:steps (+ x (if x (let [y (cloneable-shift [k] k)] (when (> y 9) (return [y])) (inc y)) 0))])
      (defn keyed [a &key (b (cloneable-shift [k] k)) (c 3)] (+ a b c))
      [(reset (find-it [1 2])) (reset (stepped 1)) (reset (keyed 1))
       (reset (escape (fn [exit] (exit (cloneable-shift [k] k)))))]
    """,
    "generators": """
      (def squares (gen [] (defer nil) (for-each (range 1 6) (fn [n] (yield (* n n))))))
      (gen-take 1 squares)
      [squares (gen [] (yield 8)) (gen-map (fn [x] (+ x 1)) (gen [] (yield 1)))]
    """,
    "tasks": """
      (defn later [n] (await (sleep-async 60)) n)
      (let [one (async (later 1)) two (async (+ 1 (await one))) done (async 5)]
        (await (sleep-async 0))
        (serialize [one two done (with-timeout 50 two)]))
    """,
    "instances": """
      (struct secret [word])
      (instance Serializable secret
        (serialize [s] {:word s.word})
        (deserialize [m] (secret (get m :word))))
      {(secret "a") 1 :again [(secret "b") (secret [1 2])]}
    """,
    "deep": """
      (defn down [n] (if (= n 0) (cloneable-shift [k] k) (+ 1 (down (- n 1)))))
      (let [k (reset (down 12))] [k (reduce (fn [v i] [i v]) [] (range 0 12)) (vec (range 0 70)) (set (range 0 40))])
    """,
}


def samples(session: Session) -> dict[str, bytes]:
    """The bytes of every sample, made in a session, which then has the code they need."""
    made = {name: session.evaluate(text) for name, text in PROGRAMS.items()}
    return {name: value if type(value) is bytes else serialize(session.world, value) for name, value in made.items()}
