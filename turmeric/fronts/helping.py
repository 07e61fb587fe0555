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
  resume FILE|ID [VALUE]   go on with a continuation that was saved to a file, or an instance
  inspect FILE             show what a saved file holds
  diff FILE FILE           what changed from one saved file to another
  key new|list|remove      the keys that seal saved data
  explain [ERROR-NAME]     what an error means, and what to do about it
  help [COMMAND]           more about a command, with examples

Durable instances: programs that are saved at every step, and outlive their process
  start FILE:FUNCTION ...  start a function as an instance
  worker                   run the instances of a store, and those that become due
  ps                       list instances
  show ID                  all about one
  send ID EVENT [VALUE]    send one an event
  cancel ID                ask one to cancel
  fork ID [NUMBER]         a new one from a checkpoint of another
  export ID                write one to a file
  import FILE              bring one into a store
  gc                       remove those that ended long ago

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
        [--freeze-after 5s|1000-calls] [--to SAVED] [--keep-running]
        [--store URL] [--keep-checkpoints] [--code current|bundle] FILE [ARGS]
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

If a module of the program imports `workflow`, or with --store, `main` runs as a durable
instance: it is saved in a store at every step, and `tur resume --wait ID` goes on when its
process was killed.  It waits in real time; the instances that it starts run as well.
`tur help ps` says what a store is, `tur help worker` what the other options mean.
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
tur resume [--wait] [--store URL] [--program PATH] [--code current|bundle]
           [--keep-checkpoints] ID

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

With the ID of an instance (or the beginning of one) instead of a file, that instance goes on
from its last checkpoint, in this process, until it has ended or waits; its value is printed.
One that failed is tried again.  One whose process was killed is taken over at once if that
was on this machine, else when its lease ends.  With --wait it waits in real time, and the
instances that it started run as well, as with `tur run`.

  tur resume 3f2a1b2c
"""

START = """\
tur start [--store URL] [--id ID] [--strings] [--keep-checkpoints] [--code current|bundle]
          FILE:FUNCTION [ARGS]

Start a function of FILE as a durable instance, and print its id.  It runs when a worker
runs it, or `tur resume ID`.  Each of ARGS is one value of Turmeric (42, '"text"', :word,
'{:a [1 2]}'); nothing is evaluated.  With --strings each is a string as it is.

  tur start orders.tur:process-order 42 '{:express true}'
  tur start --strings mail.tur:greet ann
  tur start --id order-42 orders.tur:process-order 42    once, however often it is called

The store is made if there is none, and so is a key to seal it with, if none is configured.
`tur help ps` says where the store is, `tur help worker` what the other options mean.
"""

PS = """\
tur ps [--store URL] [--status STATUS,...] [--function NAME] [--parent ID] [--limit N] [--json]
       [--outdated [--program PATH]]

List the instances of a store, the newest first: what each waits for, its last checkpoint,
its age, how often it was tried since then.  A status is running, waiting, done, failed or
cancelled.  At most 100 are listed without --limit.

  tur ps --status waiting,running
  tur ps --function orders.process-order --json | jq '.[].id'
  tur ps --outdated     those that would not go on in the code that is there now, and why

With --outdated nothing runs: states are compared with the modules in the current directory,
or in that of --program.  The exit status is 1 when there are some.

The store of every command is that of --store, else of $TURMERIC_STORE, else the directory
`turmeric-store` in the current one.  URL is files:DIRECTORY, sqlite:FILE or
postgresql://USER@HOST/DATABASE; a path alone is that of a directory or of a SQLite file.
Only `run`, `start` and `import` make one.
"""

SHOW = """\
tur show [--store URL] [--program PATH] [--json] ID

Show an instance: what it waits for and where, the variables of its functions, events that it
has not taken, the instances that it started, its value or its error.  Nothing of it runs.
ID is the id of an instance, or a beginning of one that no other has.

  tur show 3f2a1b2c
  tur show 3f2a1b2c --json | jq .state.frames
"""

SEND = """\
tur send [--store URL] [--key KEY] [--strings] ID EVENT [VALUE]

Send an event to an instance, which gets it now, or when it waits for it.  VALUE is one value
of Turmeric, nil unless it is given; with --strings a string as it is.  With a --key, any
text, it is sent once: a second event with the same key is not kept.

  tur send 3f2a1b2c approved '{:by "ann"}'
  tur send --key payment-817 3f2a1b2c paid 1999
"""

CANCEL = """\
tur cancel [--store URL] ID

Ask an instance to cancel.  The error `cancelled` is raised in it where it waits, or when it is
saved next, so that it can clean up; a worker must run for that.  The exit status is 1 when it
has ended already.
"""

FORK = """\
tur fork [--store URL] [--count N] ID [NUMBER]

Start a new instance that goes on from a checkpoint of another, the last one unless NUMBER says
which; print its id.  Earlier checkpoints are there if the other one keeps them
(--keep-checkpoints of `tur start` and `tur run`).  With --count there are several new ones.

  tur fork 3f2a1b2c 7
"""

WORKER = """\
tur worker [--store URL] [--program PATH] [--concurrency N] [--until-idle] [--grace TIME]
           [--lease TIME] [--attempts N] [--code current|bundle] [--keep-checkpoints]
           [--counters PORT|FILE]

Run the instances of a store that are due, and those that become due, until a signal comes; any
number of workers may do so, on any number of machines.  The modules of the programs are looked
for in the current directory, or in that of --program; a file given there is loaded first.

  --concurrency 100    how many instances it runs at a time
  --until-idle         end when nothing runs and nothing is due
  --grace 10s          after SIGTERM or SIGINT it claims nothing more, and lets what runs go on
                       to its next save, for so long; then others may have it.  Exit status 0.
                       A second signal ends it at once.
  --lease 30s          for how long an instance is its own without a sign of life
  --attempts 5         how often an instance may be tried without reaching its next checkpoint
  --code bundle        instances carry the code that they were started with, and go on in it;
                       `tur start` must have been told so too
  --keep-checkpoints   instances that its instances start keep all their checkpoints
  --counters 9100      show counters at http://127.0.0.1:9100/metrics, for Prometheus;
                       or in a file, which is written again every two seconds

It writes a line of JSON to stderr for whatever happens; with --debug also for every save.

  tur worker --store postgresql://turmeric@db/orders --program app --counters 9100
"""

GC = """\
tur gc [--store URL] [--older-than TIME] [--keep-failed] [--dry-run]

Remove the instances that ended before so much time, 30d unless it is given, and the parts of
checkpoints that nothing refers to any more.  With --keep-failed those that failed stay.

  tur gc --older-than 7d --keep-failed
"""

EXPORT = """\
tur export [--store URL] [--to FILE] ID

Write an instance, with all that belongs to it, to a file: ID.tur-instance unless --to says
otherwise.  It is sealed with the same keys.  The instance stays where it is.
"""

IMPORT = """\
tur import [--store URL] FILE

Bring an instance from a file of `tur export` into a store, under its own id.
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
    "start": START,
    "ps": PS,
    "show": SHOW,
    "send": SEND,
    "cancel": CANCEL,
    "fork": FORK,
    "worker": WORKER,
    "gc": GC,
    "export": EXPORT,
    "import": IMPORT,
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
