"""`tur explain`: a page about each error of the run time."""

from __future__ import annotations

import sys

from turmeric.fronts.explanations import EXPLANATIONS, Explanation
from turmeric.fronts.statuses import FAILED, OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.fronts.arguments import Arguments


def explain(arguments: Arguments) -> int:
    """Print the page of an error, or the list of all."""
    if not arguments.operands:
        print("\n".join(f"{name:<24}{about.summary}" for name, about in EXPLANATIONS.items()))
        return OK
    name = arguments.operands[0]
    about = EXPLANATIONS.get(name)
    if about is None:
        from turmeric.vocabulary.namespace import nearest

        near = nearest(name, EXPLANATIONS)
        hint = f"did you mean `{near}`?" if near else "tur explain lists them all"
        print(f"there is no error named `{name}`; {hint}", file=sys.stderr)
        return FAILED
    print(page(name, about))
    return OK


def page(name: str, about: Explanation) -> str:
    """The text about one error."""
    example = "\n".join("  " + line for line in about.example.splitlines())
    return f"{name}: {about.summary}\n\n{about.meaning}\n\nExample\n\n{example}\n\nWhat to do\n\n{about.remedy}"
