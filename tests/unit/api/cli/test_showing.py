from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cli.showing import (
    STATES,
    Flow,
    plain,
    said_progress,
    short,
    show_answer,
    show_cells,
    show_evidence,
    show_found,
    show_outcome,
    where,
    worded,
)

EVIDENCE = {
    "n": 1,
    "title": "MSA",
    "quote": "laws of Delaware",
    "text": "laws of\nDelaware",
    "page_start": 3,
    "section": "12.3",
    "state": "exact",
}
RECEIPT = {
    "documents_read": 2,
    "mode": "full",
    "prompt_tokens_counted": 900,
    "dropped": [],
    "pages_unread": [],
    "not_ready": [],
    "failed": [],
}


def an_answer(outcome: str, receipt: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"outcome": outcome, "clarification": None, "unsupported": [], "receipt": RECEIPT | (receipt or {})} | more


@pytest.mark.parametrize(
    ("page", "section", "shown"), [(3, "8.2", "p. 3, § 8.2"), (3, "", "p. 3"), (None, "8.2", "§ 8.2"), (None, "", "")]
)
def test_a_place_is_told_as_far_as_it_is_known(page: int | None, section: str, shown: str) -> None:
    assert where({"page_start": page, "section": section}) == shown


@given(st.text(max_size=300), st.integers(1, 50))
def test_a_short_text_is_one_printable_line_within_its_width(text: str, width: int) -> None:
    shown = short(text, width)
    assert len(shown) <= width
    assert shown.isprintable()


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    assert plain("a\x1b[2Jb\u202ec\x07\n\td\u00a0e") == "a[2Jbc\n d e"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (0.05, "0.05"),
        ("P30D", "P30D"),
        ({"name": "Acme", "role": "Buyer"}, "Acme (Buyer)"),
        ({"name": "Acme", "role": None}, "Acme"),
        ({"amount": "5000", "currency": "USD"}, "USD 5000"),
        ({"other": "é"}, '{"other": "é"}'),
    ],
)
def test_values_are_shown_as_people_write_them(value: Any, shown: str) -> None:
    assert worded(value) == shown


def test_evidence_says_where_it_stands_and_how_sure_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    show_evidence(
        [EVIDENCE, EVIDENCE | {"n": 2, "text": None, "page_start": None, "section": "", "state": "unverified"}]
    )
    shown = capsys.readouterr().out
    assert "[1] MSA (p. 3, § 12.3) — found word for word\n    “laws of Delaware”" in shown
    assert "[2] MSA — NOT FOUND in the source\n    “laws of Delaware”" in shown


def test_every_state_of_evidence_has_words_and_a_deleted_one_has_no_quote(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(STATES) == {"exact", "normalised", "partial", "unverified", "deleted"}
    show_evidence([EVIDENCE | {"text": None, "quote": None, "state": "deleted"}])
    assert "the document was deleted" in capsys.readouterr().out


def test_passages_are_never_shown_as_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    show_outcome(an_answer("passages"))
    shown = capsys.readouterr().out
    assert "there is no answer" in shown
    assert "PROVISO_LLM_BASE_URL" in shown


def test_absence_comes_with_what_was_read_and_what_was_not(capsys: pytest.CaptureFixture[str]) -> None:
    receipt = {"dropped": [{}], "pages_unread": [{"pages": [7, 8]}], "not_ready": ["doc_b"], "failed": ["doc_c"]}
    show_outcome(an_answer("not_in_documents", receipt))
    shown = capsys.readouterr().out
    assert "do not contain this" in shown
    for part in (
        "read 2 document(s)",
        "1 passage(s) left out",
        "2 page(s) could not be read",
        "1 document(s) not ready",
        "1 document(s) failed",
    ):
        assert part in shown


COVERAGE = {"mode": "retrieve", "tokens": 900, "tokens_read": 100, "statement": "Read: 100 of 900 tokens."}


def test_an_absence_in_passages_is_not_called_one_in_the_documents(capsys: pytest.CaptureFixture[str]) -> None:
    show_outcome(an_answer("not_in_documents", coverage=COVERAGE))
    assert "Outcome: not in what was read. Read: 100 of 900 tokens." in capsys.readouterr().out
    show_outcome(an_answer("not_in_documents", coverage=COVERAGE | {"tokens_read": 900}))
    assert "Outcome: not in the documents. Read: 100" in capsys.readouterr().out


def test_an_answer_that_rests_on_nothing_says_so_before_all_else(capsys: pytest.CaptureFixture[str]) -> None:
    show_outcome(an_answer("answered", evidence=[EVIDENCE | {"state": "unverified"}]))
    assert "! nothing in this answer rests on verified evidence" in capsys.readouterr().out
    show_outcome(an_answer("answered", evidence=[EVIDENCE]))
    assert "rests on" not in capsys.readouterr().out


def test_what_the_model_said_beside_its_answer_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    aside = [{"kind": "question", "text": "Which year?"}, {"kind": "quote", "text": "laws\x1b of Delaware"}]
    show_outcome(an_answer("needs_clarification", clarification="Which party?", set_aside=aside))
    shown = capsys.readouterr().out
    assert "The model asks back: Which party?" in shown
    assert "! The model also asked: Which year?" in shown
    assert "! The model also quoted: laws of Delaware" in shown


def test_a_whole_answer_has_its_words_its_outcome_and_its_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    show_answer(an_answer("answered", answer="Delaware\x07 [1].\n\nNo more.", evidence=[EVIDENCE]))
    shown = capsys.readouterr().out
    assert shown.startswith("Delaware [1].\n\nNo more.\n(read 2 document(s), mode full")
    assert "[1] MSA" in shown


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": "queued", "progress": None}, "queued"),
        ({"status": "running", "progress": {"done": 2, "total": 9}}, "2 of 9 windows are read"),
        ({"status": "running", "progress": {"waiting_for": "llm"}}, "waiting for the model"),
        ({"status": "running", "done": 0, "total": 9}, "0 of 9 windows"),
    ],
)
def test_an_answer_to_come_says_how_far_it_is(answer: dict[str, Any], said: str) -> None:
    assert said in said_progress(answer)


@given(st.lists(st.text(max_size=12), max_size=12))
def test_what_flows_is_what_came_where_nobody_looks(pieces: list[str]) -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        flow = Flow()
        for piece in pieces:
            flow.write(piece)
        flow.end()
    text = "".join(pieces)
    assert out.getvalue() in (text, text + "\n")


class Terminal(io.StringIO):
    """A stdout that somebody looks at."""

    def isatty(self) -> bool:
        return True


@given(st.text("ab \n", max_size=300), st.integers(1, 9))
def test_on_a_terminal_lines_end_between_words_and_no_word_is_lost(text: str, size: int) -> None:
    out = Terminal()
    with contextlib.redirect_stdout(out):
        flow = Flow()
        flow._width = 20
        for at in range(0, len(text), size):
            flow.write(text[at : at + size])
        flow.end()
    assert out.getvalue().split() == text.split()
    assert all(len(line) <= 20 or " " not in line.strip() for line in out.getvalue().splitlines())


def test_an_unsupported_sentence_is_called_out(capsys: pytest.CaptureFixture[str]) -> None:
    show_outcome(an_answer("answered", unsupported=[{"text": "The cap is $5."}]))
    assert "! not supported by verified evidence: The cap is $5." in capsys.readouterr().out


def test_a_question_back_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    show_outcome(an_answer("needs_clarification", clarification="Which agreement?"))
    assert "Which agreement?" in capsys.readouterr().out


HIT: dict[str, Any] = {
    "title": "MSA",
    "page_start": None,
    "section": "",
    "score": 0.0312,
    "document_id": "doc_a",
    "start": 5,
    "end": 9,
    "text": "the\nlaw",
}
PLAINLY = {"routed_to": [], "reranked": False, "not_reranked": None, "rewritten": False, "not_rewritten": None}


def test_hits_are_numbered_and_no_hits_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    show_found(PLAINLY | {"items": [HIT, HIT | {"page_start": 2}]})
    show_found(PLAINLY | {"items": []})
    shown = capsys.readouterr().out
    assert shown.startswith("\n1. MSA  score 0.031  doc_a [5, 9)\n   the law")
    assert "2. MSA  (p. 2)  score" in shown
    assert shown.endswith("Nothing was found.\n")


def test_a_search_that_kept_to_a_document_says_which_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    routes = [
        {"document_id": "doc_a", "reason": "file_name"},
        {"document_id": "doc_b", "reason": "party"},
        {"document_id": "doc_c", "reason": "seal"},
    ]
    show_found(PLAINLY | {"items": [HIT | {"title": "M\x1b[31mSA"}], "routed_to": routes})
    shown = capsys.readouterr().out.splitlines()
    assert shown[:3] == [
        "Kept to M[31mSA  doc_a: the question names its file name.",
        "Kept to doc_b: the question names a party to it.",
        "Kept to doc_c: the question names it.",
    ]


def test_what_was_done_with_the_question_is_said_and_what_could_not_be(capsys: pytest.CaptureFixture[str]) -> None:
    show_found(PLAINLY | {"items": [HIT], "reranked": True, "rewritten": True})
    done = capsys.readouterr().out
    assert "In the order of the reranker." in done
    assert "what the model says that such a clause would say" in done
    assert "!" not in done
    show_found(PLAINLY | {"items": [HIT], "not_reranked": "gone\x07 away", "not_rewritten": "No model."})
    missed = capsys.readouterr().out
    assert "! not reranked: gone away" in missed
    assert "! not put in other words: No model." in missed


def test_cells_are_a_table_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    cell = {
        "document_id": "doc_a",
        "title": "MSA",
        "field": "/law",
        "outcome": "found",
        "value": "Delaware",
        "evidence": [EVIDENCE],
        "reason": None,
    }
    failed = cell | {
        "document_id": "doc_b",
        "title": "NDA",
        "outcome": "failed",
        "value": None,
        "evidence": [],
        "reason": "llm_timeout",
    }
    show_cells([cell, failed])
    shown = capsys.readouterr().out
    for part in ("MSA", "NDA", "/law", "Delaware", "llm_timeout"):
        assert part in shown
