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
VOICELESS = re.compile(r"(?<![A-Za-z])[B-DF-HJ-NP-TV-XZb-df-hj-np-tv-xz]{4,}(?![A-Za-z])")
"""A whole word without a vowel."""
ASCII_NOT_WORDS = bytes(code for code in range(128) if not chr(code).isalnum())
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
    sample = "".join([line.text for line in page.lines[:SAMPLE_LINES]])
    if _plainly_words(sample):
        return _pronounceable(page)
    shown = LEADERS.sub("", sample)
    if len(shown) < MIN_CHARS:
        return True
    if len(NOT_WORDS.sub("", shown)) < MIN_WORDY_SHARE * len(shown):
        return False
    strange = sum(map(_strange, shown))
    return strange <= MOST_STRANGE_SHARE * len(shown) and _pronounceable(page)


def _plainly_words(sample: str) -> bool:
    """Whether ASCII letters and figures alone make enough of a text that holds nothing strange: a cheap look that settles most pages."""
    letters = len(sample.encode("ascii", "ignore").translate(None, ASCII_NOT_WORDS))
    enough = letters >= max(MIN_CHARS, MIN_WORDY_SHARE * len(sample))
    return enough and (sample.isascii() or not any(map(_strange, set(sample))))


def _strange(letter: str) -> bool:
    return not letter.isascii() and (unicodedata.category(letter) in STRANGE or letter == "\ufffd")


def _pronounceable(page: PageLines) -> bool:
    """Whether words have vowels; shifted letters ("$JUHHPHQW" for "Agreement") mostly lose them."""
    sample = "\n".join([line.text for line in page.lines[:SAMPLE_LINES]])
    words = LATIN_WORD.findall(sample)
    return len(words) < MIN_WORDS or len(VOICELESS.findall(sample)) <= (1 - MIN_VOWEL_SHARE) * len(words)
