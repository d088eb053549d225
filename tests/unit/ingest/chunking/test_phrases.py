"""Long blocks cut at their phrases: the same pieces as LlamaIndex makes, without loading it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunking import oversize, phrases

LONG = "The Supplier shall, subject to Section 4, deliver the goods; and the Buyer shall pay for them. " * 40


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from("abcdef.;, \n！。\x1c\u2028\u00a0"), max_size=400), st.integers(1, 60))
def test_pieces_are_those_of_llama_index(text: str, limit: int) -> None:
    try:
        found = phrases.split(text, len, limit)
    except phrases.TooLong:
        return
    assert found == oversize.split(text, len, limit)


def test_pieces_by_tokens_are_those_of_llama_index() -> None:
    def count(words: str) -> int:
        return len(words.split()) + 2

    assert phrases.split(LONG, count, 90) == oversize.split(LONG, count, 90)


def test_a_run_without_blanks_is_left_to_llama_index() -> None:
    assert phrases.split("word " * 400, len, 700) == oversize.split("word " * 400, len, 700)
    with pytest.raises(phrases.TooLong):
        phrases.split("word" * 400, len, 700)


def test_a_long_sentence_with_phrases_does_not_load_llama_index() -> None:
    code = (
        "import sys\n"
        "from ingest.chunking.chunk import chunk\n"
        f"words = {LONG.replace('; ', ', ').replace('. ', ', ')!r}\n"
        "chunks = chunk(words, (), (), (), lambda text: len(text.split()) + 2, 200)\n"
        "print(len(chunks) > 2, 'llama_index' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
