"""Write text.txt: `python3 generate.py [MEGABYTES] [SEED]`.  The same seed makes the same text."""

import random
import sys

SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "ru", "sa", "te"]
WORDS = [first + second for first in SYLLABLES for second in SYLLABLES]


def main(megabytes: float = 3, seed: int = 1) -> None:
    chance = random.Random(seed)
    weights = [1 / rank for rank in range(1, len(WORDS) + 1)]
    paragraphs = []
    for _ in range(round(megabytes * 250)):
        paragraphs.append(" ".join(chance.choices(WORDS, weights, k=800)))
    with open("text.txt", "w", encoding="utf-8") as file:
        file.write("\n\n".join(paragraphs))


if __name__ == "__main__":
    main(*(float(argument) if "." in argument else int(argument) for argument in sys.argv[1:]))
