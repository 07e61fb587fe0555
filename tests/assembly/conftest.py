"""Sessions of both kinds: a plain one, and one that stores and restores its state at every call."""

from __future__ import annotations

import pytest

from turmeric.assembly.roundtrip import RoundTripSession
from turmeric.assembly.session import Session


@pytest.fixture(scope="module")
def plain() -> Session:
    return Session([])


@pytest.fixture(scope="module")
def restored() -> RoundTripSession:
    return RoundTripSession([])
