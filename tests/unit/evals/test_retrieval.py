"""What retrieval is measured with: characters found, pages found, wordings drawn, and the corpora in a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.retrieval.asking import Answer
from evals.retrieval.corpora import FOLDERS, Corpus, Question, Quote, available, load
from evals.retrieval.metric import KS, Result, mean, score
from evals.retrieval.paged import page_mean
from evals.retrieval.ways import Draw, names_nothing, ways
from evals.retrieval.wordings import in_a_sentence, natural, unnamed
from proviso.text import Span


def at(start: int, end: int, document: str = "a") -> Result:
    return Result(document, Span(start, end))


def test_precision_and_recall_are_shares_of_characters() -> None:
    found = score([at(0, 10), at(90, 110), at(50, 60)], "a", [Span(5, 15), Span(100, 130)])
    assert found.precision[:3] == pytest.approx((0.5, 15 / 30, 15 / 40))
    assert found.recall[:3] == pytest.approx((5 / 40, 15 / 40, 15 / 40))
    assert found.wrong == 0.0


def test_a_result_of_another_document_finds_nothing_and_costs_precision() -> None:
    found = score([at(0, 10, "b"), at(0, 10)], "a", [Span(0, 10)])
    assert (found.precision[0], found.recall[0]) == (0.0, 0.0)
    assert (found.precision[1], found.recall[1], found.wrong) == (0.5, 1.0, 0.5)


def test_only_the_first_eight_results_count_as_wrong() -> None:
    assert score([*[at(0, 1)] * 8, *[at(0, 1, "b")] * 8], "a", [Span(0, 1)]).wrong == 0.0


def test_nothing_found_scores_nothing() -> None:
    found = score([], "a", [Span(0, 10)])
    assert set(found.precision) == set(found.recall) == {0.0}
    assert found.wrong == 0.0


def test_a_span_that_is_labelled_twice_does_not_make_more_than_all() -> None:
    assert score([at(0, 10)], "a", [Span(0, 10), Span(0, 10)]).recall[0] == 1.0


def test_the_mean_is_in_per_cent_over_the_questions() -> None:
    truth = [Span(0, 10)]
    rows = mean([score([at(0, 10)], "a", truth), score([at(0, 10, "b")], "a", truth)])
    assert rows["questions"] == 2
    assert (rows["P@1"], rows["R@1"], rows["R@64"], rows["P@8"], rows["wrong@8"]) == (50.0, 50.0, 50.0, 50.0, 50.0)
    assert mean([]) == {"questions": 0}


def a_question(*pages: int) -> Question:
    return Question("q", "k", "a.pdf", "?", None, (Quote("", None, pages),))


def test_pages_count_when_a_result_of_the_right_file_touches_them() -> None:
    results = (at(0, 1, "a.pdf"), at(0, 1, "b.pdf"), at(0, 1, "a.pdf"), at(0, 1, "a.pdf"))
    answers = [Answer(results, ((1, 2), (4, 4), None, (3, 4)), (), 5)]
    rows = page_mean([a_question(2, 4)], answers, {}.__getitem__)
    assert [rows[f"R@{k}"] for k in KS[:3]] == [50.0, 50.0, 100.0]
    assert rows["wrong@8"] == 25.0


def test_natural_wordings_are_the_same_for_a_seed_and_of_one_half() -> None:
    keys = ("Governing Law", "Cap On Liability")
    rows = [Question(str(n), keys[n % 2], "a.txt", "labelled", "named", ()) for n in range(4)]
    corpus = Corpus("cuad", (), tuple(rows), "cuad")
    drawn = natural(corpus, "tune", each=2, seed=1)
    assert drawn == natural(corpus, "tune", each=2, seed=1) != natural(corpus, "unseen", each=2, seed=1)
    assert [(q.id, q.named) for q in drawn] == [(str(n), None) for n in range(4) for _ in "12"]
    assert not {q.text for q in drawn} & {q.text for q in natural(corpus, "unseen", each=9, seed=1)}
    assert natural(Corpus("privacyqa", (), tuple(rows)), "tune", each=2, seed=1) == []


def test_a_question_is_asked_in_a_sentence_with_its_documents_name() -> None:
    rows = tuple(Question(str(n), "k", f"{n}.txt", "who pays?", None, ()) for n in range(20))
    corpus = Corpus("cuad", (), rows, "cuad", {f"{n}.txt": f"Supply Agreement {n}" for n in range(19)})
    asked = in_a_sentence(rows, corpus, "tune", seed=3)
    assert [q.id for q in asked] == [str(n) for n in range(19)]
    for n, question in enumerate(asked):
        assert question.named is not None
        assert f"supply agreement {n}" in question.named.lower()
        assert "who pays?" in question.named.lower()


def test_questions_that_name_nothing_are_two_halves_without_a_common_one() -> None:
    assert set(unnamed("tune")).isdisjoint(unnamed("unseen"))
    assert min(len(unnamed("tune")), len(unnamed("unseen"))) >= 50


def written(path: Path, *rows: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_a_corpus_is_read_from_its_folder_with_the_names_of_its_documents(tmp_path: Path) -> None:
    query = "Consider the Supply Agreement between A and B; Who pays?"
    row = {
        "id": "1",
        "doc": "txt/a.txt",
        "category": "Payment",
        "lbr": True,
        "question": "Who pays?",
        "query": query,
        "answers": [{"text": "A pays", "start": 3}],
    }
    written(tmp_path / "cuad" / "qa.jsonl", row, row | {"id": "2", "lbr": False}, row | {"id": "3", "doc": "gone.txt"})
    folder = tmp_path / FOLDERS["cuad"]
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("So A pays.", encoding="utf-8")
    assert available(tmp_path) == ["cuad"]
    corpus = load("cuad", tmp_path)
    (question,) = corpus.questions
    assert (question.id, question.key, question.file, question.named) == ("1", "Payment", "a.txt", query)
    assert question.truth == (Quote("A pays", 3),)
    assert corpus.names == {"a.txt": "Supply Agreement between A and B", "gone.txt": "Supply Agreement between A and B"}
    assert [path.name for path in corpus.files] == ["a.txt"]


def test_what_is_shown_twice_is_found_once() -> None:
    found = score([at(0, 10), at(5, 15)], "a", [Span(0, 20)])
    assert found.recall[:2] == pytest.approx((10 / 20, 15 / 20))
    assert found.precision[:2] == pytest.approx((1.0, 15 / 20))


def test_labelled_words_without_a_place_count_wherever_a_result_has_all_of_them() -> None:
    texts = {"a.pdf": "CFG 0x1A10_0004 0x0000; CFG 0x1A100004 0x01", "b.pdf": "0x1A100004 0x01"}
    truth = (Quote("", None, (9,)), Quote("0x1A10_0004", None), Quote("0x01", None))
    question = Question("q", "k", "a.pdf", "?", None, truth)
    results = (at(0, 15, "b.pdf"), at(0, 22, "a.pdf"), at(24, 43, "a.pdf"))
    rows = page_mean([question], [Answer(results, ((9, 9), (1, 1), (1, 1)), (), 5)], texts.__getitem__)
    assert (rows["holds@1"], rows["holds@4"], rows["R@64"]) == (0.0, 100.0, 0.0)


def test_a_draw_asks_the_same_questions_each_time_in_every_way_that_the_corpus_has() -> None:
    keys = ("Governing Law", "Cap On Liability")
    rows = tuple(Question(str(n), keys[n % 2], "a.txt", f"labelled {n}", f"named {n}", ()) for n in range(20))
    corpus = Corpus("cuad", (), rows, "cuad", {"a.txt": "Supply Agreement"})
    drawn = ways(corpus, Draw("tune", most=5))
    assert drawn == ways(corpus, Draw("tune", most=5))
    assert {way: len(askings) for way, askings in drawn.items()} == {
        "within": 5,
        "named": 5,
        "natural (tune)": 5,
        "sentence (tune)": 5,
    }
    assert [a.question for a in drawn["within"]] == [a.question for a in drawn["named"]]
    assert all(not asking.within for asking in names_nothing(corpus, Draw("tune", most=5)))
    without = Corpus("financebench", (), rows)
    assert list(ways(without, Draw())) == ["within", "named", "unscoped"]


def test_recall_in_so_many_characters_does_not_depend_on_how_they_are_cut() -> None:
    truth = [Span(1000, 3000)]
    whole, pieces = [at(0, 8000)], [at(n, n + 500) for n in range(0, 8000, 500)]
    assert score(whole, "a", truth).recall_in_chars == score(pieces, "a", truth).recall_in_chars == 1.0
    assert score([at(5000, 7500), *whole], "a", truth).recall_in_chars == 500 / 2000
