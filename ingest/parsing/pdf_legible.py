"""Whether the text of a PDF page is what a reader sees (floor 4, pure).

A font without a Unicode map gives marks, private characters, or wrong letters. Such a page is treated as a scan: what is not what the
page shows must not be quoted from it.
"""

from __future__ import annotations

import re
import unicodedata

from ingest.parsing.pdf_lines import PageLines

LEADERS = re.compile(r"[\s._–—…·•*□☐☑☒○●✓-]+")
NOT_WORDS = re.compile(r"[\W_]+")
LATIN_WORD = re.compile(r"[A-Za-z]{4,}")
VOWEL = re.compile(r"[aeiouy]", re.IGNORECASE)
STRANGE = frozenset(("Co", "Cn", "Cc", "Cs"))
MIN_WORDY_SHARE = 0.4
MOST_STRANGE_SHARE = 0.3
MOST_UNMAPPED_SHARE = 0.5
MIN_VOWEL_SHARE = 0.5
MIN_WORDS = 40
MIN_CHARS = 4
SAMPLE_LINES = 40


def legible(page: PageLines) -> bool:
    """Whether the lines of a page read as words and figures."""
    if page.unmapped > MOST_UNMAPPED_SHARE:
        return False
    shown = LEADERS.sub("", "".join(line.text for line in page.lines[:SAMPLE_LINES]))
    if len(shown) < MIN_CHARS:
        return True
    if len(NOT_WORDS.sub("", shown)) < MIN_WORDY_SHARE * len(shown):
        return False
    strange = sum(unicodedata.category(each) in STRANGE or each == "\ufffd" for each in shown if not each.isascii())
    return strange <= MOST_STRANGE_SHARE * len(shown) and _pronounceable(page)


def _pronounceable(page: PageLines) -> bool:
    """Whether words have vowels; shifted letters ("$JUHHPHQW" for "Agreement") mostly lose them."""
    words = [word for line in page.lines[:SAMPLE_LINES] for word in LATIN_WORD.findall(line.text)]
    voiced = sum(VOWEL.search(word) is not None for word in words)
    return len(words) < MIN_WORDS or voiced >= MIN_VOWEL_SHARE * len(words)
