"""Numbers as text, both ways.

Integers are unbounded, but Python refuses to convert more than some thousands of
decimal digits at once (`sys.set_int_max_str_digits`, 640 at the least).  So long
ones are converted in chunks of `CHUNK` digits, halving the number each time.
"""

from __future__ import annotations

CHUNK = 600
"""Decimal digits that Python converts under every setting."""

_CHUNK_BITS = 1990  # an integer of that many bits has at most CHUNK digits
_BASES = {"0x": (16, frozenset("0123456789abcdefABCDEF")), "0o": (8, frozenset("01234567")), "0b": (2, frozenset("01"))}
_DIGITS = frozenset("0123456789")


def parse_number(text: str) -> int | float:
    """The number that `text` writes.  Raises ValueError saying what is wrong with it."""
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    base, allowed = _BASES.get(digits[:2].lower(), (10, _DIGITS))
    body = digits[2:] if base != 10 else digits
    plain = _without_underscores(body)
    if plain and allowed.issuperset(plain):
        size = _parse_decimal(plain) if base == 10 else int(plain, base)
        return -size if sign == "-" else size
    if base == 10 and _is_float(plain):
        value = float(sign + plain)
        if value in (float("inf"), float("-inf")):
            raise ValueError(f"the number `{text}` is too large for a float; write +inf or -inf for infinity")
        return value
    if digits[0] == ".":
        raise ValueError(f"bad number `{text}`: write `{sign}0{digits}`")
    raise ValueError(f"bad number `{text}`: expected an integer, a float, or 0x, 0o, 0b with digits")


def integer_text(number: int) -> str:
    """The decimal digits of an integer of any size."""
    if number.bit_length() <= _CHUNK_BITS:
        return str(number)
    powers = [10**CHUNK]
    while powers[-1] <= abs(number):
        powers.append(powers[-1] * powers[-1])
    parts = [abs(number)]
    for power in reversed(powers):
        parts = [half for part in parts for half in divmod(part, power)]
    digits = "".join(str(part).zfill(CHUNK) for part in parts).lstrip("0")
    return "-" + digits if number < 0 else digits


def float_text(number: float) -> str:
    """A float with a point or an exponent, in the fewest digits that read back the same."""
    text = repr(number)
    return "+inf" if text == "inf" else text


def _without_underscores(body: str) -> str:
    """`body` without single underscores between digits; "" when one stands elsewhere."""
    if "_" not in body:
        return body
    pieces = body.split("_")
    fits = all(piece and piece[0].isalnum() and piece[-1].isalnum() for piece in pieces)
    return "".join(pieces) if fits else ""


def _parse_decimal(digits: str) -> int:
    if len(digits) <= CHUNK:
        return int(digits)
    first = len(digits) % CHUNK
    parts = [int(digits[:first] or "0")]
    parts += [int(digits[at : at + CHUNK]) for at in range(first, len(digits), CHUNK)]
    power = 10**CHUNK
    while len(parts) > 1:
        if len(parts) % 2:
            parts.insert(0, 0)
        parts = [high * power + low for high, low in zip(parts[::2], parts[1::2], strict=True)]
        power *= power
    return parts[0]


def _is_float(text: str) -> bool:
    """Digits, then a point with digits or an exponent or both."""
    mantissa, e, exponent = text.replace("E", "e").partition("e")
    whole, point, fraction = mantissa.partition(".")
    if e and not _all_digits(exponent[1:] if exponent[:1] in ("+", "-") else exponent):
        return False
    return _all_digits(whole) and (_all_digits(fraction) if point else bool(e))


def _all_digits(text: str) -> bool:
    return text != "" and _DIGITS.issuperset(text)
