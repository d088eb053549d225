"""The LlamaIndex reader gives LlamaIndex's own documents, with spans that hold in our canonical text."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ingest.parsing import registry
from ingest.parsing.kinds import PDF
from ingest.parsing.llamaindex import ProvisoReader
from proviso.errors import UnsupportedFormat
from tests.instruments.builders import a_pdf, a_text


def test_a_pdf_becomes_one_document_a_page(tmp_path: Path) -> None:
    path = tmp_path / "lease.pdf"
    path.write_bytes(a_pdf([["First page."], ["Second page."]]))
    documents = ProvisoReader().load_data(path, extra_info={"matter": 7})
    assert [document.text for document in documents] == ["First page.", "Second page."]
    text = registry.parse(path, PDF, path.name, None).text
    for number, document in enumerate(documents, start=1):
        about = document.metadata
        assert (about["page"], about["pages"], about["file_name"], about["matter"]) == (number, 2, "lease.pdf", 7)
        assert text[about["start"] : about["end"]] == document.text


def test_a_file_without_pages_is_one_document(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(a_text(["Words."]))
    (document,) = ProvisoReader().load_data(str(path))
    assert (document.text, document.metadata["pages"], document.metadata["end"]) == ("Words.\n", None, 7)


def test_a_file_that_cannot_be_read_is_refused_as_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "notes.pdf"
    path.write_bytes(b"no pdf")
    with pytest.raises(UnsupportedFormat):
        ProvisoReader().load_data(path)


def test_parsing_does_not_load_llama_index() -> None:
    code = (
        "import sys, ingest.reading.child, ingest.reading.pool, ingest.parsing.pdf, ingest.parsing.docx, ingest.structure.structured;"
        "print([name for name in ('llama_index', 'docx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
