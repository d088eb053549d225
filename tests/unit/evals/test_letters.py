"""How like two texts are: letters that differ, and words in common."""

from __future__ import annotations

import pytest

from evals.letters import error_rate, word_f1


@pytest.mark.parametrize(
    ("text", "truth", "rate"),
    [
        ("same text", "same  text\n", 0.0),
        ("the fe", "the fee", 1 / 7),
        ("thc fee", "the fee", 1 / 7),
        ("", "abcd", 1.0),
        ("“a”", '"a"', 0.0),
    ],
)
def test_the_error_rate_counts_letters_to_be_mended(text: str, truth: str, rate: float) -> None:
    assert error_rate(text, truth) == pytest.approx(rate)


def test_words_count_in_any_order() -> None:
    assert word_f1("b a", "A b") == 1.0
    assert word_f1("a x", "a b") == 0.5
    assert word_f1("", "") == 1.0
