"""Words that any database takes (floor 2): Postgres has no NUL, and neither encodes half a surrogate pair."""

from __future__ import annotations


def storable(words: str) -> str:
    """`words` with each such character replaced by U+FFFD; file names and titles come from the files of strangers."""
    return words.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
