"""The special forms, for `(doc name)` and completion: how each is written, and what it does."""

from __future__ import annotations

SPECIAL_FORMS: dict[str, tuple[str, str]] = {
    "def": ("(def name : type value)", "Define a variable; inside a body it is local to the body."),
    "defn": (
        "(defn name doc? [param ...] : type body ...)",
        "Define a function.  Parameters may have types, a rest (&) and keywords (&key).",
    ),
    "defn-": ("(defn- name [param ...] body ...)", "Define a function that other modules cannot use."),
    "defmacro": (
        "(defmacro name [param ...] body ...)",
        "Define a macro: it gets the forms of a call and gives the form to put there.",
    ),
    "defdynamic": ("(defdynamic *name* value)", "Define a dynamic variable, for `binding`."),
    "fn": ("(fn name? [param ...] body ...)", "A function."),
    "block*": (
        "(block* name body ...)",
        "What `return` and `break` are made of: a body that (leave* name value) inside it ends early.",
    ),
    "leave*": (
        "(leave* name value?)",
        "End the innermost enclosing (block* name ...); its value is the given one, or nil.",
    ),
    "let": (
        "(let [name value ...] body ...)",
        "Local variables, each seeing the ones before it.  (let name [...] ...) loops by calling name.",
    ),
    "letrec": ("(letrec [name value ...] body ...)", "Local variables that may refer to each other."),
    "loop": (
        "(loop [name value ...] body ...)",
        "Local variables, and a place that `recur` goes back to with new values for them.",
    ),
    "recur": ("(recur value ...)", "Go back to the enclosing `loop` with new values; the last thing the loop does."),
    "do": ("(do form ...)", "Evaluate forms in order; the value of the last."),
    "if": ("(if test then else?)", "`then` unless the test is false or nil, else `else`, or nil without one."),
    "quote": ("(quote datum)", "The datum itself, unevaluated; 'datum is short for it."),
    "quasiquote": ("(quasiquote template)", "`template: a datum with ~expr and ~@expr filled in."),
    "set!": ("(set! name value)", "Change a variable.  The value is the new one."),
    "try": (
        "(try body ... (catch [e : type] ...) (finally ...))",
        "Evaluate the body; a clause that fits a thrown value gives the value instead.",
    ),
    "catch": ("(catch [e : type] body ...)", "A clause of `try`."),
    "finally": ("(finally body ...)", "What a `try` does on every way out."),
    "defer": ("(defer expr ...)", "Do this at the end of the enclosing body, last first, on every way out."),
    "binding": ("(binding [*name* value ...] body ...)", "Give dynamic variables values while the body runs."),
    "match": (
        "(match value pattern -> body ...)",
        "The body of the first pattern that fits; `pattern when guard -> body` asks more.",
    ),
    "the": ("(the type expression)", "Check a type; (the T (method ...)) chooses a method by its result."),
    "var": ("(var name)", "The full name of a definition, as a symbol."),
    "reset": ("(reset body ...)", "A delimiter: `shift` inside captures the work up to here."),
    "cloneable-reset": ("(cloneable-reset body ...)", "A delimiter, the same as `reset`."),
    "reset0": ("(reset0 body ...)", "A delimiter, the same as `reset`."),
    "shift": (
        "(shift [k] body ...)",
        "Capture the work up to the delimiter as k, which may be continued once; the delimiter's value is the body's.",
    ),
    "cloneable-shift": (
        "(cloneable-shift [k] body ...)",
        "Like `shift`, but k can be resumed many times, and serialized.",
    ),
    "shift0": ("(shift0 [k] body ...)", "Like `shift`, but removes the delimiter too."),
    "struct": (
        "(struct name [field : type ...])",
        "Define a type with named fields: (name value ...) makes a value, x.field reads a field.",
    ),
    "defstruct": ("(defstruct name [field : type ...])", "The same as `struct`."),
    "deferror": ("(deferror name [field ...])", "Define a struct that is an error."),
    "defeffect": (
        "(defeffect Name [field : type ...] : type)",
        "Define an effect, with the type of its result: (perform (Name value ...)) asks the nearest handler.",
    ),
    "handle": (
        "(handle body (Effect [param ...] k) expr ... (return [v] expr))",
        "Evaluate the body; a clause answers an effect performed in it: (continue k v) gives v to the `perform`, "
        "and a clause that does not continue gives the value of the whole.  `^multishot k` may be continued often.",
    ),
    "handler": (
        "(handler (Effect [param ...] k) expr ... (return [v] expr))",
        "The clauses of a `handle` as a value, for `with-handler` and `compose-handlers`.",
    ),
    "defdata": ("(defdata Name (Constructor field ...) ...)", "Define a type with several constructors, for `match`."),
    "defmigration": (
        '(defmigration type "old version" (fn [fields] ...))',
        "How saved values of a type become what it is now: from a map of the fields that they had when a module of "
        "that version saved them, to a map of the new fields or a new struct.  Several of a type stand in order.",
    ),
    "defrename": (
        "(defrename old.name new.name)",
        "What was saved under an old full name goes by a new one now: a definition, or a module and all in it.",
    ),
    "defclass": (
        "(defclass Name [a] (method [x : a] : T default?) ...)",
        "Define a type class: methods that each type implements in its own way.",
    ),
    "instance": ("(instance Class Type (method [x] body) ...)", "Implement a type class for a type."),
    "definstance": ("(definstance Class Type (method [x] body) ...)", "The same as `instance`."),
    "derive": ("(derive Class ... type)", "Instances with the default methods."),
    "module": (
        '(module name :version "1.0" :export [name ...])',
        "Name the module, its version, and what others may use.",
    ),
    "import": (
        "(import name :as alias :refer [name ...])",
        "Load a module and use its names, as alias.name or, when referred to, plainly.",
    ),
    "import-python": ("(import-python name :as alias)", "Use a Python module."),
    "load": ('(load "file.tur")', "Evaluate the forms of a file as if they stood here."),
}
"""Name to shape and meaning."""
