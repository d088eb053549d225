"""The measurement of requirement sentences: marked key words are placed, and what is found is compared with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis.requirements.finding import requirements
from evals.requirements import compared, measured, placed, truth_of
from proviso.types.documents import Block

TEXT = "Sizes above 2¹⁴ MUST NOT be sent.\n\nIt MAY follow. It must stop.\n\nIts value MUST be one.\n\nSizes above 2¹⁴ MUST NOT be sent."


def a_row(sentence: str, keyword: str, start: int) -> dict[str, Any]:
    at = start + sentence.index(keyword)
    answers = [{"text": sentence, "start": start, "end": start + len(sentence)}]
    return {"keyword": keyword, "kw_start": at, "kw_end": at + len(keyword), "section": "", "answers": answers}


ROWS = [
    a_row("Sizes above 2^14 MUST NOT be sent.", "MUST NOT", 0),
    a_row("Sizes above  2^14\nMUST NOT be sent.", "MUST NOT", 80),
    a_row("This is nowhere and MUST be missed.", "MUST", 200),
]


def test_marked_key_words_are_placed_whatever_the_white_space_and_the_powers() -> None:
    truth, lost = placed(ROWS, TEXT)
    assert [each.keyword.of(TEXT) for each in truth] == ["MUST NOT", "MUST NOT"]
    assert lost == 1


def test_of_a_sentence_that_stands_twice_each_is_placed() -> None:
    truth, _ = placed(ROWS, TEXT)
    assert [TEXT[: each.sentence.start].count("Sizes") for each in truth] == [0, 1]


def test_rows_that_hold_no_marked_key_word_are_told_apart() -> None:
    starts = [0, *(at + 2 for at in range(len(TEXT)) if TEXT.startswith("\n\n", at))]
    blocks = [
        Block("paragraph", at, TEXT.find("\n\n", at) if TEXT.find("\n\n", at) > 0 else len(TEXT)) for at in starts
    ]
    truth, _ = placed(ROWS, TEXT)
    told = compared(TEXT, requirements(TEXT, blocks, ()), truth)
    assert (told["recall"], told["rows"], told["possible"]) == (1.0, 4, 1)
    assert told["precision"] == 0.5
    assert told["not_marked"] == ["It MAY follow.", "Its value MUST be one."]


@pytest.mark.shared
def test_no_marked_key_word_of_the_rfcs_is_missed(shared_data: Path) -> None:
    for doc, rows in truth_of(shared_data).items():
        told = measured(shared_data / doc, rows)
        assert (told["not_placed"], told["missed"], told["same_sentence"], told["same_section"]) == (0, [], 1.0, 1.0), (
            doc
        )
        assert told["precision"] == 1.0 or doc.endswith("rfc8941.html")
