"""BLAKE2b, without what `hashlib` brings along: OpenSSL takes longer to load than a program to resume."""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # a Python that has it elsewhere
    from hashlib import blake2b

__all__ = ["blake2b"]
