"""Testing programs that run as durable instances: `docs/embedding-instances.md` has examples.

    runtime          a runtime with a store in memory and a clock that skips
    Clock            that clock
    kill_everywhere  kill a program at each of its checkpoints in turn; it must come to the same end
"""

from __future__ import annotations

from turmeric.assembly.killing import Kill as Kill
from turmeric.assembly.killing import Report as Report
from turmeric.assembly.killing import kill_everywhere as kill_everywhere
from turmeric.assembly.mortal import Place as Place
from turmeric.assembly.skipping import Clock as Clock
from turmeric.assembly.skipping import SkippingRuntime as SkippingRuntime
from turmeric.assembly.skipping import runtime as runtime

__all__ = ["Clock", "Kill", "Place", "Report", "SkippingRuntime", "kill_everywhere", "runtime"]
