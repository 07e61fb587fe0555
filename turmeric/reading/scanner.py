"""Text to tokens.

    (+ 1 'x)   ->   OPEN "("  DATUM +  DATUM 1  PREFIX "'"  DATUM x  CLOSE ")"  END

A token is `(kind, value, span)`.  White space and comments are no tokens; a block of
`;;;` lines is kept until `take_doc` asks for it.
"""

from __future__ import annotations

from turmeric.reading.cursor import Cursor
from turmeric.reading.literals import BadEscape, byte_escape, string_escape
from turmeric.vocabulary.lexical import BLANKS, CONSTANTS, DELIMITERS, looks_like_number
from turmeric.vocabulary.numerals import parse_number
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.symbols import keyword, symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Escape = Callable[[str, int], tuple[str, int]]

Token = tuple[str, object, Span]

DATUM = "datum"
OPEN = "open"
CLOSE = "close"
PREFIX = "prefix"
END = "end"

_SINGLE = {"(": OPEN, "[": OPEN, "{": OPEN, ")": CLOSE, "]": CLOSE, "}": CLOSE, "'": PREFIX, "`": PREFIX, "@": PREFIX}
_HASH_PREFIXES = (("#{", OPEN, "#{"), ("#map{", OPEN, "{"), ("#set{", OPEN, "#{"), ("#;", PREFIX, "#;"))
_HASH_QUOTED: tuple[tuple[str, Escape | None, Callable[[str, Span], object]], ...] = (
    ('#"', None, lambda text, span: text),
    ('#b"', byte_escape, lambda text, span: text.encode("latin-1")),
    ('#symbol"', string_escape, lambda text, span: symbol(text).at(span)),
    ('#keyword"', string_escape, lambda text, span: keyword(text)),
)
_HASH_WORDS = {"#t": True, "#f": False}
_HASH_HINT = 'expected #t #f #; #| #" #b" #{ #map{ #set{ #symbol" or #keyword"'


class Scanner(Cursor):
    """Reads one text from its first character to its last."""

    __slots__ = ("_doc", "_doc_line")

    def __init__(self, text: str, file: str) -> None:
        super().__init__(text, file)
        self._doc: list[str] = []
        self._doc_line = 0
        if text.startswith(("#!", "\ufeff#!")):
            self.at = self.text.index("\n")

    def next(self) -> Token:
        """The next token; `END` again and again once the text is used up."""
        self._skip_blanks()
        start = self.at
        if start >= self.end:
            return END, None, self.span(start, start)
        char = self.text[start]
        kind = _SINGLE.get(char)
        if kind is not None:
            return self._token(kind, char, start, start + 1)
        if char == '"':
            return self._quoted(start, start + 1, string_escape)
        if char == "#":
            return self._hash(start)
        if char == "~":
            prefix = "~@" if self.text[start + 1] == "@" else "~"
            return self._token(PREFIX, prefix, start, start + len(prefix))
        return self._atom(start)

    def take_doc(self, line: int) -> str | None:
        """The text of the `;;;` block that ends just above `line`, if any; it is forgotten."""
        found = "\n".join(self._doc) if self._doc and self._doc_line == line - 1 else None
        self._doc = []
        return found

    def _skip_blanks(self) -> None:
        text, at = self.text, self.at
        while at < self.end:
            char = text[at]
            if char == "\n":
                at += 1
                self.line += 1
                self.line_start = at
            elif char in BLANKS:
                at += 1
            elif char == ";":
                end = text.index("\n", at)
                if text.startswith(";;;", at):
                    self._note_doc(at, end)
                at = end
            elif char == "#" and text[at + 1] == "|":
                self.at = at
                self._block_comment()
                at = self.at
            else:
                break
        self.at = at

    def _note_doc(self, at: int, end: int) -> None:
        """Keep a `;;;` line that stands alone on its line."""
        if self.text[at + 3] == ";" or not BLANKS.issuperset(self.text[self.line_start : at]):
            return
        if self._doc_line != self.line - 1:
            self._doc = []
        self._doc.append(self.text[at + 3 : end].removeprefix(" ").rstrip())
        self._doc_line = self.line

    def _block_comment(self) -> None:
        """Skip a block comment.  They nest."""
        start, text = self.at, self.text
        depth, at, close = 1, start + 2, -1
        while depth:
            if close < at:
                close = text.find("|#", at)
                if close < 0:
                    raise self.ended("`|#`", self.span(start, start + 2))
            inner = text.find("#|", at, close + 1)
            depth, at = (depth - 1, close + 2) if inner < 0 else (depth + 1, inner + 2)
        self.move_to(at)

    def _atom(self, start: int) -> Token:
        """A number, constant, keyword or symbol."""
        text, at = self.text, start + 1
        while text[at] not in DELIMITERS:
            at += 1
        name = text[start:at]
        self.at = at
        column = start - self.line_start + 1
        span = Span(self.file, self.line, column, self.line, column + at - start)
        if name[0] == ":" and len(name) > 1:
            return DATUM, keyword(name[1:]), span
        if name in CONSTANTS:
            return DATUM, CONSTANTS[name], span
        if name[0] in "0123456789+-." and looks_like_number(name):
            try:
                return DATUM, parse_number(name), span
            except ValueError as problem:
                raise self.error(str(problem), span) from None
        return DATUM, symbol(name).at(span), span

    def _hash(self, start: int) -> Token:
        """What begins with `#`."""
        text = self.text
        for lead, kind, value in _HASH_PREFIXES:
            if text.startswith(lead, start):
                return self._token(kind, value, start, start + len(lead))
        for lead, escape, make in _HASH_QUOTED:
            if text.startswith(lead, start):
                _, characters, span = self._quoted(start, start + len(lead), escape)
                return DATUM, make(characters, span), span
        return self._hash_word(start)

    def _hash_word(self, start: int) -> Token:
        """`#t` and `#f`; everything else is an error."""
        end = start + 1
        while self.text[end] not in DELIMITERS:
            end += 1
        word = self.text[start:end]
        if word in _HASH_WORDS:
            return self._token(DATUM, _HASH_WORDS[word], start, end)
        if word.startswith("#<"):
            message = f"`{word}` cannot be read: the printer writes it for a value that has no text form"
        elif word == "#" and self.text.startswith("#(", start):
            word, message = "#(", "unknown `#(`: a function without a name is written (fn [x] ...)"
        else:
            word += self.text[end].strip() if word == "#" else ""
            message = f"unknown `{word}`: {_HASH_HINT}"
        raise self.error(message, self.span(start, start + len(word)))

    def _quoted(self, start: int, at: int, escape: Escape | None) -> tuple[str, str, Span]:
        """A literal up to the next `"`; `escape` reads what begins with a backslash, if anything does."""
        text, pieces, quote = self.text, [], -1
        while True:
            if quote < at:
                quote = text.find('"', at)
                if quote < 0:
                    raise self.ended('`"`', self.span(start, start + 1))
            slash = text.find("\\", at, quote) if escape else -1
            pieces.append(text[at:quote] if slash < 0 else text[at:slash])
            if escape is byte_escape and not pieces[-1].isascii():
                self._reject_wide(at, pieces[-1])
            if slash < 0 or not escape:
                break
            try:
                piece, at = escape(text, slash)
            except BadEscape as problem:
                self.move_to(slash)
                raise self.error(problem.message, self.span(slash, problem.end)) from None
            pieces.append(piece)
        _, _, span = self._token(DATUM, None, start, quote + 1)
        return DATUM, "".join(pieces), span

    def _reject_wide(self, at: int, piece: str) -> None:
        place = at + next(index for index, char in enumerate(piece) if ord(char) > 127)
        self.move_to(place)
        raise self.error("bytes hold ASCII characters and \\xff escapes only", self.span(place, place + 1))

    def _token(self, kind: str, value: object, start: int, end: int) -> Token:
        line, column = self.line, start - self.line_start + 1
        self.move_to(end)
        return kind, value, Span(self.file, line, column, self.line, end - self.line_start + 1)
