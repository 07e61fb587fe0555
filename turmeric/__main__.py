"""`python -m turmeric` is the command `tur`."""

from __future__ import annotations

import sys

from turmeric.fronts.command import main

if __name__ == "__main__":
    sys.exit(main())
