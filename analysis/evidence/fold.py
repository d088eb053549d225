"""Folding that remembers offsets (floor 4, pure): a text as its letters, digits and signs, each knowing where it stands.

White space, punctuation, dashes and invisible characters are left out of `letters` and looked at only where a quote has been
found (`grade`), so that one search finds a quote whatever became of its line breaks, hyphens and quotation marks, while no
difference goes unnoticed. Ligatures, full-width and decomposed letters become plain ones; superscripts and fractions stay
what they are, because 10² is not 102. Signs that carry meaning ($ % § < ≤ ± °) count as letters.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

from proviso.text import Span

HYPHENS = "-\u2010\u2011\ufe63\uff0d"
DASHES = "\u2012\u2013\u2014\u2015\u2043\u2212\ufe58"
DOUBLE_QUOTES = '"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02'
SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b\u2039\u203a\u2032`\u00b4\uff07"
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\ufeff"
SOFT_HYPHENS = "\u00ad\x02\ufffe"
SYMBOL_BULLETS = "\uf0b7\uf0a7\uf0a8\uf0fc"
"""Bullets of symbol fonts, as Word and PDFs give them."""
POINTS = (
    SYMBOL_BULLETS
    + ".,;:!?()[]{}/\\|_*\u00b7\u2022\u2023\u25aa\u25e6\u25cf\u2026\uff0c\u3002\uff1b\uff1a\uff08\uff09\u3001\u037e"
)
CONTROLS = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0))))

GAP_CLASS = r"\s" + "".join(
    re.escape(ch)
    for ch in HYPHENS + DASHES + DOUBLE_QUOTES + SINGLE_QUOTES + INVISIBLE + SOFT_HYPHENS + POINTS + CONTROLS
)
RUN = re.compile(f"[^{GAP_CLASS}]+")
CLUSTER = re.compile("(?s).[\u0300-\u036f]*")
MARKS = re.compile("[\u0300-\u036f]+")

PLAIN = str.maketrans(
    dict.fromkeys(HYPHENS + DASHES, "-")
    | dict.fromkeys(DOUBLE_QUOTES, '"')
    | dict.fromkeys(SINGLE_QUOTES, "'")
    | dict.fromkeys(INVISIBLE, None)
    | {
        "\u2026": "...",
        "\uff0c": ",",
        "\u3002": ".",
        "\uff1b": ";",
        "\u037e": ";",
        "\uff1a": ":",
        "\uff08": "(",
        "\uff09": ")",
    }
)
SOFT_AT_LINE_END = re.compile(f"[{SOFT_HYPHENS}](?=\\s)")
SOFT = re.compile(f"[{SOFT_HYPHENS}\u0300-\u036f]")
SPACE = re.compile(f"[\\s{re.escape(CONTROLS)}]+")
REPEATED = re.compile(r"([-_*])\1+|''|(\.{3})\.+")


class FoldedText:
    """A canonical text prepared for finding quotes: build it once per version and keep it, `letters` takes a scan of the whole text.

    `page_starts` are the offsets at which pages begin; what a page break may hide between two words is judged with them.
    """

    __slots__ = ("letters", "page_starts", "places", "text")

    def __init__(self, text: str, page_starts: Sequence[int] = ()) -> None:
        self.text = text
        self.page_starts = tuple(sorted(page_starts))
        letters: list[str] = []
        self.places = array("I")
        for match in RUN.finditer(text):
            run = match.group()
            if run.isascii():
                letters.append(run.lower())
                self.places.extend(range(match.start(), match.end()))
            else:
                for folded, place in _folded(run, match.start()):
                    letters.append(folded)
                    self.places.extend([place] * len(folded))
        self.letters = "".join(letters)

    def __len__(self) -> int:
        return len(self.letters)

    def index_at(self, offset: int) -> int:
        """Which letter stands first at or after `offset` of the text."""
        return bisect_left(self.places, offset)

    def end_of(self, index: int) -> int:
        """Where letter `index` ends in the text, combining marks included."""
        end = self.places[index] + 1
        marks = MARKS.match(self.text, end)
        return marks.end() if marks else end

    def gap(self, index: int) -> str:
        """What stands between letter `index` and the next, as written."""
        return self.text[self.places[index] + 1 : self.places[index + 1]]

    def span(self, first: int, last: int) -> Span:
        """The stretch of the text from letter `first` to letter `last`, both included."""
        return Span(self.places[first], self.end_of(last))

    def before(self, index: int) -> str:
        """What stands between the letter before `index` and letter `index`; at the first letter, the beginning of the text."""
        return self.text[self.end_of(index - 1) if index else 0 : self.places[index]]

    def after(self, index: int) -> str:
        """What stands between letter `index` and the one after it; at the last letter, the end of the text."""
        stop = self.places[index + 1] if index + 1 < len(self.letters) else len(self.text)
        return self.text[self.end_of(index) : max(stop, self.end_of(index))]

    def occurrences(self, letters: str, first: int = 0, stop: int | None = None) -> Iterator[int]:
        """Indexes of `letters` in ours, overlapping ones too, from `first` on and ending before `stop`."""
        stop = len(self.letters) if stop is None else stop
        at = self.letters.find(letters, first, stop)
        while at >= 0:
            yield at
            at = self.letters.find(letters, at + 1, stop)


@lru_cache(maxsize=65_536)
def plain_gap(raw: str) -> str:
    """A gap with its white space, dashes, quotation marks and invisible characters folded; letters never reach this."""
    if raw in {"", " "}:
        return raw
    folded = SOFT.sub("", SOFT_AT_LINE_END.sub("-", raw)).translate(PLAIN)
    return REPEATED.sub(_once, SPACE.sub(" ", folded))


def _once(match: re.Match[str]) -> str:
    if match.group() == "''":
        return '"'
    return match.group(1) or match.group(2)


def _folded(run: str, start: int) -> Iterator[tuple[str, int]]:
    """Letters of a run that is not plain ASCII, each with the offset of the character it comes from."""
    for match in CLUSTER.finditer(run):
        cluster = match.group()
        whole = unicodedata.normalize("NFKC" if _is_letter_or_digit(cluster[0]) else "NFC", cluster)
        kept = MARKS.sub("", whole.lower()) or whole.lower()
        yield kept, start + match.start()


@lru_cache(maxsize=4096)
def _is_letter_or_digit(ch: str) -> bool:
    return unicodedata.category(ch)[0] == "L" or unicodedata.category(ch) == "Nd"
