"""What the reply of a window says, and when it says nothing that can be read."""

from __future__ import annotations

import pytest

from analysis.answering.mapping.findings import Quoted, read_findings
from tests.instruments.gptoss.formats import answer_script


def test_each_quote_has_the_line_that_points_to_it() -> None:
    answer = "\n- Liability is capped at the fees [1]\nNo cap for fraud [2]; see also [1]\n"
    reply = answer_script(answer, [("D1", "capped at"), ("D1", "fraud")], outcome="found")
    assert read_findings(reply) == [
        Quoted("capped at", "Liability is capped at the fees"),
        Quoted("fraud", "No cap for fraud ; see also"),
    ]


def test_quotes_without_lines_count_all_the_same() -> None:
    assert read_findings('<quote n="1" doc="D1">words</quote>') == [Quoted("words", "")]


@pytest.mark.parametrize("said", ["nothing", "Nothing", "not found", "not_in_documents"])
def test_nothing_is_an_empty_list(said: str) -> None:
    assert read_findings(f"<outcome>{said}</outcome>") == []


@pytest.mark.parametrize("reply", ["", "There is no such clause here.", "<outcome>found</outcome>"])
def test_a_reply_that_says_neither_is_not_read_as_nothing(reply: str) -> None:
    assert read_findings(reply) is None
