"""What each error of the run time means: a summary, the meaning, an example, a remedy.

Every example raises its error; a test runs them all.
"""

from __future__ import annotations


class Explanation:
    """The page of one error."""

    __slots__ = ("example", "meaning", "remedy", "summary")

    def __init__(self, summary: str, meaning: str, example: str, remedy: str) -> None:
        self.summary = summary
        self.meaning = meaning
        self.example = example
        self.remedy = remedy


EXPLANATIONS: dict[str, Explanation] = {
    "error": Explanation(
        "the program itself reported an error",
        "`(error message data)` makes an error value, and `throw` threw it.  The message and\n"
        "the data are the program's own.",
        '(throw (error "no such order" 17))',
        "Catch it where something can be done: (try ... (catch [e] (println e.message e.data))).\n"
        "A type of its own, (deferror no-such-order [message id]), can be caught by name.",
    ),
    "type-error": Explanation(
        "a value is not of the type that is needed",
        "A function got a value it cannot work with, a value does not have the type that an\n"
        "annotation declares, or something was called that is no function.",
        '(+ 1 "2")',
        'Convert the value: (parse-int "2"), (str 1), (vec xs).  Annotated parameters,\n'
        "(defn f [n : int] ...), report the wrong value where it enters.",
    ),
    "arity-error": Explanation(
        "a function was called with too few or too many arguments",
        "The call does not fit the parameters.  Keyword parameters without a default are\n"
        "needed too, and an unknown keyword counts as too many.",
        "(defn area [width height] (* width height))\n(area 3)",
        "(doc f) in the REPL shows the parameters; `tur check` finds such calls without\n"
        "running the program.  [a & rest] takes any number, [a &key (b 1)] has defaults.",
    ),
    "unbound-variable": Explanation(
        "a name has no value",
        "The name is not defined, not imported, private to its module, or its definition has\n"
        "not run yet.  A function may use names defined below it, a top-level form may not.",
        "(println totl)",
        "Check the spelling, define the name, or import it: (import app.orders :refer [total]).",
    ),
    "index-error": Explanation(
        "an index lies outside the sequence",
        "`nth`, and a vector that is called, take an index from 0 up to the length less one.",
        "(nth [10 20 30] 3)",
        "(get xs index default) does not fail; (count xs) is the length; (last xs) is the end.",
    ),
    "key-error": Explanation(
        "a struct has no such field",
        "`value.field` names a field that the value's type does not have.  A missing key of a\n"
        "map is no error: it gives nil, or the default.",
        "(struct point [x y])\n(def p (point 1 2))\np.z",
        "The message lists the nearest field.  Use a map for keys that come and go.",
    ),
    "division-by-zero": Explanation(
        "an integer was divided by zero",
        "`/`, `quot`, `rem` and `mod` have no result for a divisor of zero.",
        "(quot 10 0)",
        "Test the divisor first, (if (zero? n) ... (/ total n)), or catch division-by-zero.",
    ),
    "overflow": Explanation(
        "a result is too large for a float",
        "Integers have no bound, but floats end near 1.8e308; turning a larger number into a\n"
        "float, or computing with floats beyond it, fails.",
        "(* 1.0 (reduce * (range 1 200)))",
        "Stay with integers, or divide before multiplying.",
    ),
    "value-error": Explanation(
        "a value has the right type but makes no sense",
        "The argument is of the type that is asked for, but no value of the kind the function\n"
        "can work with: a negative number for a root, a step of zero, an unknown option.",
        '(sqrt -1)',
        "Check what comes from outside before it is used, or catch value-error.",
    ),
    "match-error": Explanation(
        "no pattern fits the value",
        "`match` and `case` need a clause for every value they get.",
        "(match 3  1 -> :one  2 -> :two)",
        "Add the missing pattern, or `_ ->` (`:else` in `case`) for everything else.",
    ),
    "io-error": Explanation(
        "a file or the network could not be used",
        "The operating system refused: no such file, no permission, a full disk, a closed\n"
        "connection.  The message is the system's.",
        '(read-file "no/such/file.txt")',
        "Check the path (it is relative to the current directory) and the permissions.",
    ),
    "moved-reference": Explanation(
        "a ref was used after it moved into a saved continuation",
        "Serializing a continuation moves the refs it holds: the saved copy owns them, so that\n"
        "no two processes change what looks like one cell.  The original can no longer be used.",
        "(let [r (ref 42)]\n  (reset (+ (cloneable-shift [k] (serialize k) 0) @r))\n  (deref r))",
        "Read what you need before serializing, serialize a (clone k), or use (rc value), which\n"
        "is copied and stays usable.",
    ),
    "continuation-consumed": Explanation(
        "a one-shot continuation was continued a second time",
        "`shift` captures a continuation that can be continued once; `continue` consumes any.",
        "(reset (shift [k] (continue k 1) (continue k 2)))",
        "Capture with `cloneable-shift` and use (resume k value), which leaves k usable.",
    ),
    "not-continuable": Explanation(
        "the place of this error cannot be continued",
        "A handler of `try-with` may continue a `throw` of the program.  An error that the run\n"
        "time raised, in the middle of a primitive, has no place to return a value to.",
        "(try-with (fn [] (+ 1 (nth [] 0))) (fn [e k] (continue k 7)))",
        "Return a value from the handler instead: it becomes the value of the `try-with`.",
    ),
    "no-prompt": Explanation(
        "there is no delimiter to capture up to",
        "`shift` captures the work up to the nearest enclosing `reset`.  Every top-level form\n"
        "is inside one; `shift0` removes it, and then there may be none left.  An `escape`, a\n"
        "`return` or a `break` raises it when what it would leave has ended.",
        "(shift0 [k] (shift [j] 1))",
        "Put a (reset ...) around the part of the program that is to be captured.",
    ),
    "foreign-frame": Explanation(
        "a capture would have to go through Python code",
        "A Python function called a Turmeric function, which tried to capture its continuation.\n"
        "What Python still has to do cannot be stored.",
        "(import-python functools)\n(reset (functools.reduce (fn [a b] (shift [k] a)) [1 2 3]))",
        "Use the standard library's function (`reduce`, `map`, `sort`), which is written in\n"
        "Turmeric, or put a (reset ...) inside the function that Python calls.",
    ),
    "unhandled-effect": Explanation(
        "an effect was performed, and no handler around it knows the effect",
        "`perform` looks for the nearest `handle` around it with a clause for the effect's type,\n"
        "through all calls that are pending.  There was none.  The data is the effect.",
        '(defeffect Ask [prompt])\n(perform (Ask "name"))',
        "Put (handle ... (Ask [prompt] k) (continue k ...)) around the part that performs it, or\n"
        "look whether a handler of the same name belongs to another module's effect.",
    ),
    "no-instance": Explanation(
        "a type has no instance of a type class",
        "A method was called for a value whose type has no instance of the method's class, or\n"
        "a method that is chosen by its result was called without saying the type.",
        '(defclass Area [a] (area [x : a] : float))\n(area "a string")',
        "Define (instance Area T (area [x] ...)), derive it, or write (the T (method ...)).",
    ),
    "python-error": Explanation(
        "Python code raised an exception",
        "Something used through `import-python` failed.  The message begins with the name of\n"
        "the Python exception, and the data is that name.",
        '(import-python json)\n(json.loads "{")',
        "(catch [e : python-error] ...) catches it; --debug shows the Python traceback.",
    ),
    "assertion-failed": Explanation(
        "an assertion does not hold",
        "`(assert test message)` found its test false or nil.  The data is the test.",
        '(assert (> 1 2) "the order of the numbers")',
        "The program's idea of its own state is wrong: look at how the values came about.",
    ),
    "read-error": Explanation(
        "the text is not well-formed",
        "The reader found a bracket that is not closed, an unfinished string, a number or an\n"
        "escape it does not know.  For a bracket the message shows where it was opened.",
        "(defn f [x] (+ x 1)",
        "Look at the place where the bracket was opened: the missing one belongs before the\n"
        "line whose indentation does not fit.",
    ),
    "syntax-error": Explanation(
        "a form is not written the way it must be",
        "The brackets are right, but a special form such as `let`, `fn` or `match` does not\n"
        "have the parts it needs.  The message shows its shape.",
        "(let [x] x)",
        "Compare with the shape in the message.",
    ),
    "expansion-error": Explanation(
        "a macro failed",
        "The macro raised an error while it made code, or its expansions never end.  The place\n"
        "is the call of the macro; `raised here` points into the macro.",
        '(defmacro twice [form] (throw (error "not today")))\n(twice 1)',
        "(macroexpand '(twice 1)) and `tur expand FILE` show what a macro makes.",
    ),
    "circular-import": Explanation(
        "modules import each other",
        "Module a imports b while b, directly or not, is being imported by a.  The message\nshows the circle.",
        ";; in the file a.tur\n(import a)",
        "Move what both need into a third module that imports neither.",
    ),
    "unknown-module": Explanation(
        "there is no module of that name",
        "`app.orders` is the file app/orders.tur below the program's root: the current\n"
        "directory if the program is below it, else the program's own directory.",
        "(import app.no-such-module)",
        "Check the spelling and the directory you start `tur` in.",
    ),
    "schema-mismatch": Explanation(
        "saved data was written by other code",
        "A saved continuation names the functions it waits in.  One of them no longer exists,\n"
        "or its code or a type changed so that what was saved does not fit.",
        '(throw (schema-mismatch (error "app.orders.total no longer exists") "1.3.0"))',
        "The error lists all that does not fit, each with what can be done; `tur inspect FILE`\n"
        "does so without resuming.  Give modules a :version, so that the message can name it.",
    ),
    "corrupt-data": Explanation(
        "saved data is damaged",
        "The bytes are not what `serialize` makes, or have changed since: cut off, mixed up,\n"
        "or written by a newer format than this version knows.",
        '(deserialize #b"not a continuation")',
        "Use a copy.  `write-file` writes a file as a whole or not at all; other ways of\n"
        "writing can leave half a file.",
    ),
    "missing-key": Explanation(
        "a key for sealed data is not there",
        "Sealed bytes name the key they are sealed with, and this process does not have it, or\n"
        "it is retired.  Or something is to be sealed, and there is no key that may do so:\n"
        "none at all, or all have expired.",
        '(unseal #b"\\xd1\\x84\\x47\\xa2\\x01\\x05\\x04\\x42k1\\xa0\\x40\\x58\\x20'
        '01234567890123456789012345678901")',
        "Give the process the key: TURMERIC_KEY_FILE names a key file, TURMERIC_KEYS has the\n"
        "content of one.  `tur key list` shows what is there, `tur key new` makes a key.",
    ),
    "not-serializable": Explanation(
        "a value cannot be saved",
        "The continuation or value holds something that means nothing in another process: a\n"
        "Python object, an open socket.  The message has the path that leads to it.",
        "(import-python threading)\n(serialize [1 (threading.Lock)])",
        "Keep such values out of the saved part, or say how to save them:\n"
        "(instance Resource-Serializable T (marshal [x] ...) (unmarshal [token] ...)).",
    ),
}
