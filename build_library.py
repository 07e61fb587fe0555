"""Build hook: precompiles the standard library, for wheels and for editable installs.

In a wheel the sources stand in `turmeric/stdlib`; an editable install uses the checkout's
`stdlib/`, so its image is stamped with the sources it was made of.
"""

from __future__ import annotations

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    """Makes `turmeric/library.image` before the package is put together."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        sys.path.insert(0, self.root)
        try:
            from turmeric.assembly.loader import build_image

            build_image(released=version != "editable")
        finally:
            sys.path.remove(self.root)
