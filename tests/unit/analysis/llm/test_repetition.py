"""Endless repetition is told from texts that only look alike."""

from __future__ import annotations

import pytest

from analysis.llm.repetition import LEAST_CHARS, Repetition, repeats_at_end

SENTENCE = "The Supplier shall deliver the goods in time and in full. "


@pytest.mark.parametrize("stretch", ["x", "no, ", SENTENCE, SENTENCE + "The Buyer shall pay for them. " * 5])
def test_eight_copies_of_a_stretch_at_the_end_are_a_repetition(stretch: str) -> None:
    copies = max(9, 2 * LEAST_CHARS // len(stretch))
    assert repeats_at_end("The answer is as follows. " + stretch * copies)
    assert repeats_at_end(stretch * copies + stretch[: len(stretch) // 2])


@pytest.mark.parametrize(
    "text",
    [
        "",
        SENTENCE * 7,
        "_" * 1_500,
        "".join(f"Item {n} of the list is delivered on day {n}. " for n in range(400)),
        SENTENCE * 60 + "And that is all that is said about it.",
        "| --- " * 100 + "|",
    ],
)
def test_lists_blanks_and_repetitions_that_ended_are_none(text: str) -> None:
    assert not repeats_at_end(text)


def test_it_is_seen_while_it_comes_whatever_the_pieces() -> None:
    for size in (1, 7, 500):
        watch, text = Repetition(), SENTENCE * 200
        seen = [watch.feed(text[at : at + size]) for at in range(0, len(text), size)]
        first = (seen.index(True) + 1) * size
        assert LEAST_CHARS <= first <= LEAST_CHARS + 700


def test_a_long_answer_without_repetition_is_left_alone() -> None:
    watch = Repetition()
    assert not any(watch.feed(f"Clause {n} says that party {n * 7 % 13} pays {n * n} dollars. ") for n in range(2_000))
