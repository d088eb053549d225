"""`evals.ingest` on documents that are always there: the samples of the project, and files made for the purpose."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from evals.documents import TrueQuote, files_in, questions_of, truth_of
from evals.findings import Probing, findings_of
from evals.ingest import PROMISES, main, report, result_of
from tests.instruments.builders import a_pdf, not_a_pdf

QUOTE = "The supplier shall deliver the goods within ten days."
ROW = {
    "id": "a-delivery",
    "doc": "x/pdf/a.pdf",
    "question": "When is delivery due?",
    "answers": [{"text": QUOTE, "pages": [2]}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two PDFs, one of them broken, with a row of truth beside the folder."""
    pdfs = tmp_path / "pdf"
    pdfs.mkdir()
    (pdfs / "a.pdf").write_bytes(a_pdf([["SUPPLY AGREEMENT", "", "1. Goods"], [f"2. Delivery. {QUOTE}"]]))
    (pdfs / "b.pdf").write_bytes(not_a_pdf())
    (pdfs / "notes.csv").write_text("left alone")
    (tmp_path / "pdf_qa.jsonl").write_text(json.dumps(ROW) + "\n" + json.dumps(ROW | {"answers": []}) + "\n")
    return pdfs


def test_truth_is_read_from_beside_the_folder(folder: Path) -> None:
    assert truth_of(folder) == [TrueQuote("a-delivery/0", "a.pdf", QUOTE, (2,))]
    assert questions_of(folder) == ["When is delivery due?"]
    assert truth_of(folder.parent) == []
    assert [path.name for path in files_in(folder)] == ["a.pdf", "b.pdf"]


def test_a_folder_is_measured_and_a_file_that_cannot_be_read_is_named(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "result.json"
    assert main([str(folder), "--out", str(out), "--spans", "20"]) == 0
    result = json.loads(out.read_text(encoding="utf-8"))
    assert (result["counts"]["files"], result["counts"]["pages"]) == (1, 2)
    assert [each["file"] for each in result["unreadable"]] == ["b.pdf"]
    assert not any(result["faults"].values())
    assert (result["quotes"]["found"], result["quotes"]["page_right_share_of_all"]) == (1, 1.0)
    assert result["boxed_share"] == 1.0


def test_without_the_folder_the_samples_are_measured_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "result.json"
    assert main([str(tmp_path / "absent"), "--out", str(out), "--spans", "30"]) == 0
    said = capsys.readouterr().out
    assert "so the samples of the project are measured instead" in said
    assert "no labelled quotes beside this folder" in said
    result = json.loads(out.read_text(encoding="utf-8"))
    assert result["counts"]["files"] == 8
    assert result["quotes"] is None


def test_every_kind_of_fault_has_words_and_is_shown(folder: Path) -> None:
    found = asyncio.run(findings_of(files_in(folder)[:1], (), Probing(5, 1)))
    result = result_of(found)
    assert set(result["faults"]) == set(PROMISES)
    assert all(words in report(result) for words in PROMISES.values())
