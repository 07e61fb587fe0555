"""`tur --help` and `tur COMMAND --help`: one page each."""

from __future__ import annotations

from turmeric.fronts.statuses import OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.fronts.arguments import Arguments

OVERVIEW = """\
Turmeric: a Lisp whose running programs can be stored and continued elsewhere.

  tur FILE [ARGS]          run a program
  tur -e EXPR [ARGS]       evaluate an expression and print its value
  tur                      talk to it, line by line

Commands
  run FILE [ARGS]          run a program; `main` is called if it defines one
  repl                     read, evaluate, print, again
  check FILE...            find mistakes without running anything
  test [PATH]              run the tests of a file or a directory
  expand FILE              show a program with its macros expanded
  resume FILE [VALUE]      go on with a continuation that was saved to a file
  inspect FILE             show what a saved file holds
  diff FILE FILE           what changed from one saved file to another
  key new|list|remove      the keys that seal saved data
  explain [ERROR-NAME]     what an error means, and what to do about it
  help [COMMAND]           more about a command, with examples

Options
  --debug                  with an error, show Python's traceback and all pending functions
  --engine auto            compile what is called often; compiled: everything; cek: nothing
  --mode roundtrip         store and restore the whole program at every call: a hard test
  --version, --help

Try
  tur -e '(map inc [1 2 3])'
  tur -e '(+ 1 (reset (* 2 (cloneable-shift [k] (resume k (resume k 10))))))'

Exit status: 0 done, 1 error, 2 wrong command line, 75 the program was stored (--freeze-after,
SIGUSR1), 130 Ctrl-C; (exit n) in a program gives n.
"""

RUN = """\
tur run [--debug] [--engine auto|cek|compiled] [--mode plain|roundtrip]
        [--profile [--to FILE.svg|.txt|.folded]]
        [--freeze-after 5s|1000-calls] [--to SAVED] [--keep-running] FILE [ARGS]
tur FILE [ARGS]

Run the top-level forms of FILE in order, then its function `main` if it defines one.
`main` takes no parameters, or the list of arguments, or one parameter for each.
`(args)` gives the arguments as strings; `(exit n)` ends the program with a status.

Modules that FILE imports are looked for below the current directory if FILE is below
it, else below FILE's own directory.  `app/orders.tur` is the module `app.orders`.

  tur run orders.tur 2026-01-31      everything after FILE belongs to the program
  tur orders.tur --dry-run           `run` may be left out
  tur run --mode roundtrip job.tur   the program is encoded and decoded at every call:
                                     what works so will work after a restart
  tur run --profile orders.tur       where its time went, by functions and lines, on stderr
  tur run --profile --to orders.svg orders.tur   the same as a flame graph

With --freeze-after the program is stored in the file SAVED at the first call of a function
after so much time, or at that call, and ends with the status 75; `tur resume SAVED` goes on.
The signal SIGUSR1 does the same at any time.  Without --to the file is frozen-FILE.bin; with
--keep-running the program goes on too.  It also goes on if it cannot be stored, and says why.

  tur run --freeze-after 0.5s --to job.bin job.tur; tur resume job.bin
  kill -USR1 PID                     store the program of that process
"""

REPL = """\
tur repl
tur

Read forms, evaluate them, print their values.  An entry goes on over several lines
until its brackets are closed.  `*1 *2 *3` are the last values, `*e` the last error,
`*k` what Ctrl-C interrupted: `(continue *k)` goes on.

  (doc map)                  what a function does        (source map)   how it is written
  :load orders.tur           evaluate a file here        :reload        load the files again
  :time (fib 20)             how long it takes           :expand (when a b)
  :frames k                  what a continuation still has to do
  :help                      all commands                :quit          leave, as Ctrl-D does

Tab completes names.  Ctrl-C stops an evaluation, or clears the line; the session stays.
Alt-Enter starts a new line anywhere.  The history is kept in $XDG_STATE_HOME/turmeric.

Without a terminal, entries are read from the input and each value is printed on a line:

  printf '(def x 6)\\n(* x 7)\\n' | tur        prints 42

Errors go to stderr and the session goes on; if there was one, the exit status is 1.
"""

CHECK = """\
tur check FILE...

Look for mistakes without running anything: unbound names, wrong numbers of arguments,
unknown fields and types, variables that are never used.

  tur check orders.tur
  tur check app/*.tur && tur run app/main.tur
"""

TEST = """\
tur test [--mode plain|roundtrip] [PATH...]

Run the tests (`deftest`) of a file, or of the files named test_*.tur and *_test.tur in
a directory and below it; without PATH, in the current directory.

  tur test
  tur test tests/orders_test.tur

The exit status is 1 when a test failed or could not be loaded.
"""

EXPAND = """\
tur expand FILE

Print FILE with every macro expanded, in readable Turmeric.  Only its macros run, and
what they call.  Variables that a macro made get a number when the name is taken.

  $ cat greet.tur
  (when (> n 0) (println "hello"))
  $ tur expand greet.tur
  (if (> n 0) (println "hello") nil)
"""

RESUME = """\
tur resume [--program PATH] [--code current|strict|saved]
           [--freeze-after 5s|1000-calls] [--to SAVED] [--keep-running] FILE [VALUE]

Go on with the continuation that a program saved to FILE, in this process.  VALUE is a
Turmeric expression, and what the pause in the program returns; without it, nil.
The program's modules are looked for in the current directory, or in that of --program; a
file given there is loaded first: it may say what was renamed since, and how to migrate.
--code says which code it goes on in: current, the one that is there now, if it fits; strict,
the same but of the very versions that saved it; saved, the code in FILE, if it was saved with
`:code :bundle`.  That code can do anything: not with files from people you do not trust.

A sealed file is opened with the keys that `tur key list` shows.  --freeze-after, --to and
--keep-running are those of `tur run`.

  tur resume checkpoint-order-validated.bin
  tur resume approval.bin '{:approved true}'
  tur resume --code saved approval.bin
"""

INSPECT = """\
tur inspect FILE [--json] [--program PATH] [--against FILE.tur] [--graph PICTURE]

Show what a saved file holds, without running anything: its format version, the functions
it waits in and where, the values they keep with their sizes, what is shared, what does not
fit the code that is there now.  The exit status is 1 when something does not fit.

  tur inspect checkpoint-order-validated.bin
  tur inspect approval.bin --json | jq .frames
  tur inspect approval.bin --against new/approve.tur    only what would not fit that file
  tur inspect approval.bin --graph approval.svg         a picture; .dot for Graphviz

The modules are looked for in the current directory, or in that of --program.
"""

DIFF = """\
tur diff FILE FILE [--json]

Show what changed from one saved file to another: frames that were popped and pushed,
variables, values inside them, module versions, sizes.  Nothing runs.  The exit status is
0 when the files are the same, 1 when they differ or cannot be read.

  tur diff yesterday.bin today.bin
  tur diff --json a.bin b.bin | jq .changes
"""

KEY = """\
tur key new [--file FILE] [--id ID] [--expires DAYS] [--retires DAYS]
tur key list [--file FILE]
tur key remove ID [--file FILE]

Make, list and remove the keys with which `seal` seals saved data and `unseal` opens it.
`new` adds a key to FILE, which only you can read; the newest key seals.  A key that has
expired seals no more, but opens; one that is retired or removed does not open either.
Without --file it is the file that TURMERIC_KEY_FILE names, or turmeric/keys.json in
$XDG_CONFIG_HOME.  TURMERIC_KEYS, with the content of a key file, is used instead of any.

  tur key new --expires 90
  tur key list --file keys.json
"""

EXPLAIN = """\
tur explain [ERROR-NAME]

What an error means, an example that raises it, and what to do.  Without a name: the list.

  tur explain moved-reference
"""

HELP = """\
tur help [COMMAND]

  tur help run
"""

PAGES = {
    "run": RUN,
    "repl": REPL,
    "check": CHECK,
    "test": TEST,
    "expand": EXPAND,
    "resume": RESUME,
    "inspect": INSPECT,
    "diff": DIFF,
    "key": KEY,
    "explain": EXPLAIN,
    "help": HELP,
}


def show_help(arguments: Arguments) -> int:
    """Print the overview, or the page of a command."""
    if not arguments.operands:
        print(OVERVIEW, end="")
        return OK
    name = arguments.operands[0]
    if name not in PAGES:
        from turmeric.fronts.arguments import UsageError
        from turmeric.vocabulary.namespace import nearest

        near = nearest(name, PAGES)
        raise UsageError(f"there is no command `{name}`{f'; did you mean `{near}`?' if near else ''}")
    print(PAGES[name], end="")
    return OK
