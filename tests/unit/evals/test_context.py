"""What the planner's and the model's part of `make eval` count: gold spans in a context, needs of a clause, answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.context.answers import Judged, Posed, summary
from evals.context.clauses import defined_in, wants_of
from evals.context.gold import held
from evals.context.long import joined
from evals.retrieval.corpora import Corpus, Question, Quote
from proviso.text import Span
from proviso.types.answers import Packed

TEXT = """1. "Net Sales" means what is received.
2. The fee (the "Fee") is due, see Section 3.1.
3.1 Payment. The Fee is a share of Net Sales.
4. Nothing else.
"""


def test_a_span_counts_when_all_its_words_are_packed() -> None:
    packed = [Packed("doc_a", 0, 10, 3), Packed("doc_b", 10, 40, 9)]
    text = "0123456789" * 4
    inside = held(packed, "doc_a", [Span(2, 8), Span(8, 12)], text)
    assert (inside.spans, inside.whole, inside.chars) == (2, 1, pytest.approx(0.8))


def test_white_space_that_is_not_packed_is_not_missed() -> None:
    packed = [Packed("doc_a", 0, 3, 1), Packed("doc_a", 5, 8, 1)]
    assert held(packed, "doc_a", [Span(0, 8)], "one\n\ntwo").whole == 1


def test_definitions_and_clauses_are_wanted_by_rules_of_their_own() -> None:
    defined = defined_in(TEXT)
    assert set(defined) == {"Net Sales", "Fee"}
    clause = Span(TEXT.index("3.1 Payment"), TEXT.index("4. Nothing"))
    assert [(want.what, want.name) for want in wants_of(TEXT, clause, defined)] == [
        ("definition", "Net Sales"),
        ("definition", "Fee"),
    ]
    second = Span(TEXT.index("2. The"), TEXT.index("3.1 Payment"))
    assert [(want.what, want.name) for want in wants_of(TEXT, second, defined)] == [("reference", "3.1")]


def test_joined_contracts_keep_the_places_of_what_is_labelled(tmp_path: Path) -> None:
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for file, text in zip(files, ("Delaware law.", "Texas law."), strict=True):
        file.write_text(text, encoding="utf-8")
    question = Question("q", "law", "b.txt", "Which law?", "In B, which law?", (Quote("Texas", 0),))
    path, moved = joined(Corpus("x", tuple(files), (question,)), tmp_path / "joined.txt")
    quote = moved[0].truth[0]
    assert quote.start is not None
    assert path.read_text(encoding="utf-8").startswith("Texas", quote.start)
    assert (moved[0].text, moved[0].file) == ("In B, which law?", "joined.txt")


def test_answers_are_summed_up_apart_for_what_can_be_answered_and_what_cannot() -> None:
    can, cannot = Posed("1", "a", "?", (Quote("x", 0),)), Posed("2", "a", "?", ())
    usage = {"prompt": 100, "reasoning": 10, "answer": 5}
    told = summary(
        [
            Judged(can, "answered", ("exact", "unverified"), 0.5, 1, usage, 900, "x"),
            Judged(can, "not_in_documents", (), 0.0, 0, usage, 100, "no"),
            Judged(cannot, "not_in_documents", (), None, 0, usage, 100, "no"),
            Judged(cannot, "llm_unavailable", (), None, 0, {}, 0, None),
        ]
    )
    assert (told["answered"], told["wrongly refused"], told["evidence recall"]) == (50.0, 50.0, 25.0)
    assert (told["unanswerable"], told["refused"], told["faults"]) == (1, 100.0, {"llm_unavailable": 1})
    assert (told["quotes"], told["quotes verified"], told["unsupported sentences"]) == (2, 50.0, 1)
    assert told["tokens"] == {"prompt": 100, "reasoning": 10, "answer": 5}


def test_with_no_answer_at_all_there_is_nothing_to_average() -> None:
    told = summary([])
    assert (told["answered"], told["quotes verified"], told["took_ms_p50"]) == (None, None, None)
