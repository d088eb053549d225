"""What a document is called (floor 4, pure): the names by which a question may mean it, written down once, when it is read.

A name must tell: "Agreement" or "Company" is everybody's, so a single word counts only when contracts and specifications do not use it as
an ordinary word (`ordinary.txt`: words that stand in small letters in two of 356 public contracts and RFCs, or in any letters in ten). A
word that English does not know either (`known.txt`: further whole words of BERT's vocabulary, Apache-2.0) is coined: it names somebody even
when typed in small letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

from proviso.names import Alias, opened, squeezed, words_of
from proviso.types.documents import Fact

OPENING_CHARS = 1500
"""Where a contract says between whom it is made; also what is searched for a document as a whole."""
MOST_ALIASES = 120
SHORTEST_FILE_NAME = 5
SHORTEST_WORD = 4
LONGEST_TITLE_WORDS = 14
LONGEST_NAME_WORDS = 10
TELLING_CHARS = 8
_PARTS = re.compile(r"_+|\s+-+\s+|-EX-|,")
_FORMS = """
inc incorporated llc l c ltd limited corp corporation company co llp lp plc na n a nv v bv b gmbh sa s spa p ag ab pty trust kg se ltda srl
the and of
"""
_LEGAL_FORMS = frozenset(_FORMS.split())


def aliases_of(
    filename: str, title: str | None, facts: Sequence[Fact], text: str, language: str | None = None
) -> tuple[Alias, ...]:
    """Every telling name, each once: file name and its parts, title, parties and what they are called, rare words of the opening. The lists
    of words are English: in another language no single word tells, or every German noun would."""
    stem = PurePosixPath(filename.replace("\\", "/")).stem
    found = [*_of_file(stem), *_of_title(title or ""), *_of_parties(facts)]
    if language not in (None, "en"):
        return tuple(dict.fromkeys(found))[:MOST_ALIASES]
    found += _of_opening(text[:OPENING_CHARS])
    coined = (
        Alias("coined", (word,))
        for alias in found
        if alias.kind not in ("file", "quoted")
        for word in alias.words
        if _coined(word)
    )
    return tuple(dict.fromkeys((*coined, *found)))[:MOST_ALIASES]


def name_words(filename: str, title: str | None) -> str:
    """File name and title as words, for searching."""
    stem = PurePosixPath(filename.replace("\\", "/")).stem
    return " ".join(dict.fromkeys((*opened(stem).split(), stem, *(title or "").split())))


def _of_file(stem: str) -> Iterator[Alias]:
    whole = squeezed([word.text for word in words_of(stem)])
    if whole:
        told = len(whole) >= SHORTEST_FILE_NAME and whole not in ordinary()
        yield Alias("file" if told else "quoted", (whole,))
    for part in _PARTS.split(stem):
        words = _core(opened(part))
        if not any(sign.isdigit() for sign in squeezed(words)) and any(map(_rare, words)):
            yield Alias("part", words)


def _of_title(title: str) -> Iterator[Alias]:
    words = tuple(word.text for word in words_of(title))
    if 2 <= len(words) <= LONGEST_TITLE_WORDS:
        yield Alias("title", words)


def _of_parties(facts: Sequence[Fact]) -> Iterator[Alias]:
    for fact in facts:
        if fact.kind != "party":
            continue
        name, role = _core(fact.value), _core(fact.role or "")
        if name and len(name) <= LONGEST_NAME_WORDS and _tells(name):
            yield Alias("party", name)
        if role and any(word not in ordinary() for word in role):
            yield Alias("short", role)


def _of_opening(text: str) -> Iterator[Alias]:
    for word in words_of(text):
        if text[word.start].isupper() and word.text.isalpha() and _rare(word.text) and not _coined(word.text):
            yield Alias("word", (word.text,))
        elif text[word.start].isupper() and _coined(word.text):
            yield Alias("coined", (word.text,))


def _core(name: str) -> tuple[str, ...]:
    """The words of a name without article and legal form."""
    words = [word.text for word in words_of(name)]
    while words and words[-1] in _LEGAL_FORMS:
        words.pop()
    while words and words[0] in ("the", "a", "an"):
        words.pop(0)
    return tuple(words)


def _tells(words: Sequence[str]) -> bool:
    """A rare word, or several that are not only legal forms."""
    several = sum(word not in _LEGAL_FORMS for word in words) >= 2 and len(" ".join(words)) >= TELLING_CHARS
    return several or any(len(word) >= 3 and not word.isdigit() and word not in ordinary() for word in words)


def _rare(word: str) -> bool:
    return len(word) >= SHORTEST_WORD and word not in ordinary()


def _coined(word: str) -> bool:
    return _rare(word) and word.isalpha() and word not in known()


@cache
def known() -> frozenset[str]:
    """Words that may name somebody, but are English words or well-known names besides."""
    return _listed("known.txt")


@cache
def ordinary() -> frozenset[str]:
    """Words that name nobody."""
    return _listed("ordinary.txt")


def _listed(name: str) -> frozenset[str]:
    return frozenset((files("ingest.structure") / name).read_text(encoding="utf-8").split())
