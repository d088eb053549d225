"""What a key of a blob store may look like (floor 2): plain names between slashes, so that no key leaves its store."""

from __future__ import annotations

import re

SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")


def checked_key(key: str) -> str:
    """`key` itself, or ValueError: an odd key is our own fault, because no key is ever made from what a user typed."""
    if not all(SEGMENT.fullmatch(part) for part in key.split("/")):
        raise ValueError(f"not a key of a blob store: {key!r}")
    return key
