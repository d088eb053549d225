"""DOCX as LibreOffice prints them: the words of its PDF, with tracked changes out of sight, are ours, in our order."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals import office
from evals.similarity import likeness, words_of
from ingest.parsing.docx import parse
from tests.instruments.word_cases import word_cases

UNKNOWN_TO_LIBREOFFICE = {"articles", "never restarted", "linked styles", "bullets"}
"""Numbering that it does not do as Word does: w:isLgl, w:lvlRestart="0", levels tied to styles, and bullets by their font."""

ELSEWHERE = {"margins", "text box"}
"""Printed at another place of the page than where we put it."""


@pytest.mark.slow
def test_generated_word_files_read_as_libreoffice_prints_them(tmp_path: Path) -> None:
    if office.missing():
        pytest.skip(f"not installed: {', '.join(office.missing())}")
    files = {name: tmp_path / f"{name}.docx" for name in word_cases() if name not in UNKNOWN_TO_LIBREOFFICE}
    for name, path in files.items():
        path.write_bytes(word_cases()[name])
    _, pages = office.exported(list(files.values()), tmp_path)
    assert set(pages) == set(files.values())
    for name, path in files.items():
        found = likeness(words_of(parse(path, path.name, None).text), words_of(pages[path]))
        assert (name, found.f1) == (name, 1.0)
        assert name in ELSEWHERE or (name, found.order) == (name, 1.0)
