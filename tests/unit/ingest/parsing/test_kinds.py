"""What a file is: its bytes decide, its name exposes what is mislabelled."""

from __future__ import annotations

import pytest

from ingest.parsing import kinds
from ingest.parsing.kinds import sniff
from proviso.errors import EmptyFile, UnsupportedFormat
from tests.instruments.builders import a_docx, a_pdf, an_html, an_ole_file, not_a_pdf

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"%PDF-1.7\n", "msa.pdf", kinds.PDF),
        (b"\r\n\r\n%PDF-1.4\n", "msa.PDF", kinds.PDF),
        (b"%PDF-1.7\n", "msa", kinds.PDF),
        (b"%PDF-1.7\n", "upload.bin", kinds.PDF),
        (b"# Title\n\nText", "spec.md", kinds.MARKDOWN),
        (b"Plain words.", "notes.txt", kinds.PLAIN),
        (b"Plain words.", "notes", kinds.PLAIN),
        (b"<!DOCTYPE html><html>", "page", kinds.HTML),
        (b"words without tags", "page.htm", kinds.HTML),
        (b"<html> in a text file", "notes.txt", kinds.PLAIN),
        ("\ufeffBOM first".encode(), "notes.txt", kinds.PLAIN),
        ("UTF-16 with BOM".encode("utf-16"), "notes.txt", kinds.PLAIN),
        ("UTF-16 without BOM, as Windows writes it".encode("utf-16-le"), "notes.txt", kinds.PLAIN),
        ("UTF-32 without BOM".encode("utf-32-le"), "notes.txt", kinds.PLAIN),
        ("Caf\xe9 \x93quoted\x94".encode("latin-1"), "notes.txt", kinds.PLAIN),
        (b"MZ is how this text begins, and BM, and more.", "notes.txt", kinds.PLAIN),
    ],
)
def test_the_type_is_found_from_bytes_and_name(head: bytes, name: str, kind: str) -> None:
    assert sniff(head, name) == kind


def test_a_locked_word_file_is_left_to_its_parser_which_asks_for_the_password() -> None:
    assert sniff(an_ole_file() + "EncryptedPackage".encode("utf-16-le"), "contract.docx") == kinds.DOCX


def test_office_files_are_told_apart_by_what_is_in_them() -> None:
    assert sniff(a_docx(["A paragraph."])[: kinds.HEAD_BYTES], "contract.docx") == kinds.DOCX
    assert sniff(b"PK\x03\x04" + bytes(30) + b"docProps/thumbnail.jpeg", "contract.docx") == kinds.DOCX
    with pytest.raises(UnsupportedFormat, match="an Excel workbook"):
        sniff(b"PK\x03\x04" + bytes(30) + b"xl/workbook.xml", "prices.xlsx")


@pytest.mark.parametrize(
    ("head", "name", "looks_like"),
    [
        (PNG, "scan.png", "a PNG image"),
        (PNG, "contract.pdf", "a PNG image"),
        (not_a_pdf(), "contract.pdf", "a Windows program"),
        (an_ole_file(), "contract.doc", "old binary format"),
        (an_ole_file() + "WordDocument".encode("utf-16-le"), "contract.docx", "old binary format (.doc)"),
        (an_ole_file() + "EncryptedPackage".encode("utf-16-le"), "contract", "locked with a password"),
        (b"{\\rtf1 text}", "contract.rtf", "Rich Text"),
        (b"PK\x03\x04" + bytes(30) + b"a.txt", "files.zip", "a ZIP archive"),
        (bytes(range(256)) * 4, "data.bin", "binary data"),
        (b"<?xml version='1.0'?><a/>", "data.xml", "an XML file"),
        (b"Just words, no PDF at all.", "contract.pdf", "plain text by its content"),
        (b"Just words.", "contract.docx", "plain text by its content"),
        (b"%PDF-1.7\n", "contract.docx", "a PDF by its content"),
        (b"%PDF-1.7\n", "contract.txt", "a PDF by its content"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_it_really_is_and_what_is_accepted(
    head: bytes, name: str, looks_like: str
) -> None:
    with pytest.raises(UnsupportedFormat) as refused:
        sniff(head, name)
    assert name in refused.value.detail
    assert looks_like in refused.value.detail
    assert "PDF, DOCX, HTML, Markdown and plain text" in refused.value.detail


@pytest.mark.parametrize("head", [b"", b" \n\t ", b"\xef\xbb\xbf", b"\xff\xfe", b"\xff\xfe\n\x00 \x00"])
def test_a_file_of_nothing_or_white_space_is_empty(head: bytes) -> None:
    with pytest.raises(EmptyFile, match=r"notes\.txt is empty"):
        sniff(head, "notes.txt")


def test_the_builders_of_the_other_tests_are_what_they_say() -> None:
    assert sniff(a_pdf(), "a.pdf") == kinds.PDF
    assert sniff(an_html(), "a.html") == kinds.HTML
