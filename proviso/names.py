"""Names as words (floor 0, pure): how a document, a party or a file is called, in a form for which a question can be looked through.

Both sides use this: ingestion writes down what a version is called (`Alias`), and a question is looked through for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

AliasKind = Literal["file", "quoted", "part", "party", "short", "title", "coined", "word"]
"""file: the whole file name, squeezed; quoted: the same where it is short or an ordinary word; part: a telling part of it; party: a party
without its legal form; short: what the contract calls a party; title: the title; coined: a word that no list knows; word: another rare
capitalised word of the opening."""

KINDS = frozenset(get_args(AliasKind))
_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"%20|_20(?!\d)|_")
"""A space as it is written in addresses, or as some systems make of it; "_2019" is a year."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, folded, and its place."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Alias:
    """One way in which a version is called; `words` are folded. An index keeps it as `encoded`."""

    kind: AliasKind
    words: tuple[str, ...]

    @property
    def encoded(self) -> str:
        return f"{self.kind}:{' '.join(self.words)}"

    @classmethod
    def decoded(cls, text: str) -> Alias | None:
        """None for a kind that is not known: an index may have been written by a newer version."""
        return _decoded(text)


@lru_cache(maxsize=65_536)
def _decoded(text: str) -> Alias | None:
    """Kept, because every search of many documents reads the names of the nearest of them."""
    kind, _, words = text.partition(":")
    return Alias(kind, tuple(words.split())) if kind in KINDS else None  # type: ignore[arg-type]


def words_of(text: str) -> list[Word]:
    """The words of `text`, compatibility forms and case folded, in their order."""
    return [Word(folded(found.group()), found.start(), found.end()) for found in _WORD.finditer(text)]


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def squeezed(words: Sequence[str]) -> str:
    """Without anything between the words, because file names are written in every way."""
    return "".join(words)


def opened(name: str) -> str:
    """A file name with gaps between its words: "AcmeSupply_2019" is "Acme Supply 2019"."""
    return _CAMEL.sub(" ", _GAP.sub(" ", name))
