"""Sorting with a comparison of the program's: by the last three digits, then by size."""

from functools import cmp_to_key


def compare(a: int, b: int) -> int:
    x, y = a % 1000, b % 1000
    return a - b if x == y else x - y


def prepare(n: int) -> list[int]:
    return [i * 7_654_321 % 1_000_003 for i in range(n)]


def benchmark(numbers: list[int]) -> list[int]:
    in_order = sorted(numbers, key=cmp_to_key(compare))
    return [in_order[0], in_order[len(in_order) // 3], in_order[-1]]
