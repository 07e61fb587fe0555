"""A question for each number, answered from outside: a generator yields questions, and is sent the answers."""

from collections.abc import Generator


def asking(n: int) -> Generator[int, int, int]:
    total = 0
    for i in range(n):
        total += yield i
    return total


def handled(body: Generator[int, int, int]) -> int:
    try:
        asked = next(body)
        while True:
            asked = body.send(2 * asked)
    except StopIteration as end:
        return int(end.value)


def benchmark(n: int) -> int:
    return handled(asking(n))
