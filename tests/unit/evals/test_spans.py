"""The measurement of boxes sees words that a box misses and words that it should not hold."""

from __future__ import annotations

from array import array
from dataclasses import replace
from pathlib import Path

from evals.spans import Measured, main, measure
from ingest.parsing import registry
from ingest.parsing.kinds import PDF
from proviso.text import Span
from proviso.types.documents import Parsed
from tests.instruments.builders import a_pdf

LINES = ["The fee is ten dollars a month.", "The term is one year."]


def a_file(folder: Path) -> tuple[Path, Parsed]:
    path = folder / "a.pdf"
    path.write_bytes(a_pdf([LINES]))
    return path, registry.parse(path, PDF, path.name, None)


def test_boxes_that_hold_their_words_pass(tmp_path: Path) -> None:
    found = Measured()
    path, parsed = a_file(tmp_path)
    measure(path, parsed, [Span(0, 7), Span(4, 40), Span(12, 13)], found)
    assert (found.tried, found.failures, found.outside) == (3, [], [])


def test_boxes_of_other_words_fail_and_say_what_is_wrong(tmp_path: Path) -> None:
    path, parsed = a_file(tmp_path)
    (words,) = parsed.words
    moved = array("f", [side + (200 if at % 2 else 0) for at, side in enumerate(words.boxes)])
    found = Measured()
    measure(path, replace(parsed, words=(replace(words, boxes=moved),)), [Span(0, 3)], found)
    (failure,) = found.failures
    assert (failure.kind, failure.missing) == ("words missing", "The")


def test_the_measurement_writes_its_result(tmp_path: Path) -> None:
    a_file(tmp_path)
    assert main([str(tmp_path), "--spans", "20", "--out", str(tmp_path / "out.json")]) == 0
    assert '"share": 1.0' in (tmp_path / "out.json").read_text()
