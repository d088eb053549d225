"""The built files are what they claim to be, read back with the libraries that would read a user's files."""

from __future__ import annotations

import io
import zipfile

import docx
import pypdfium2
import pytest
from pypdf import PasswordType, PdfReader
from pypdf.errors import PdfReadError

from tests.instruments import pdf_writer
from tests.instruments.builders import (
    Part,
    a_contract,
    a_docx,
    a_docx_bomb,
    a_markdown,
    a_pdf,
    a_pdf_bomb,
    a_text,
    a_truncated_pdf,
    an_entity_bomb,
    an_html,
    an_image_only_pdf,
)

PARTS: list[Part] = [
    (1, "Term & Fees"),
    "It lasts (one) year.",
    ("-", "An item"),
    [["Fee", "Due"], ["$100", "monthly"]],
]


def pdfium_pages(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]


def test_a_pdf_has_its_lines_on_its_pages_for_both_readers() -> None:
    pdf = a_pdf([["One (two) \\three", "", "§ 4 “quoted” – dash"], ["Page two."]])
    assert [page.extract_text().split() for page in PdfReader(io.BytesIO(pdf)).pages] == [
        ["One", "(two)", "\\three", "§", "4", "“quoted”", "–", "dash"],
        ["Page", "two."],
    ]
    assert pdfium_pages(pdf) == ["One (two) \\three\n§ 4 “quoted” – dash", "Page two."]


def test_lines_stand_where_the_builder_says() -> None:
    with pypdfium2.PdfDocument(a_pdf([["Hxg", "Hxg"]])) as document:
        page = document[0]
        text = page.get_textpage()
        left, bottom, _, top = text.get_charbox(0)
        assert abs(left - pdf_writer.LEFT) < 1.5
        assert abs((page.get_height() - bottom) - pdf_writer.baseline(0)) < 0.5
        assert 6 < top - bottom < 10


def test_rotation_crop_outline_title_and_labels_are_there() -> None:
    pdf = a_pdf(
        [["one"], ["two"], ["three"]],
        rotate=90,
        cropbox=(10, 20, 500, 700),
        outline=[("A", 1), ("A.1", 2, 2), ("B", 3)],
        title="The title",
        labels="/r",
    )
    reader = PdfReader(io.BytesIO(pdf))
    assert [page.rotation for page in reader.pages] == [90, 90, 90]
    assert [float(each) for each in reader.pages[0].cropbox] == [10, 20, 500, 700]
    first, nested, last = reader.outline
    assert isinstance(nested, list)
    assert [item.title for item in (first, *nested, last)] == ["A", "A.1", "B"]  # type: ignore[union-attr]
    assert reader.get_destination_page_number(last) == 2  # type: ignore[arg-type]
    assert reader.metadata is not None
    assert reader.metadata.title == "The title"
    assert reader.page_labels == ["i", "ii", "iii"]


def test_an_encrypted_pdf_opens_with_its_password_only() -> None:
    pdf = a_pdf([["Secret."]], password="tulip")
    assert PdfReader(io.BytesIO(pdf)).decrypt("rose") == PasswordType.NOT_DECRYPTED
    assert PdfReader(io.BytesIO(pdf), password="tulip").pages[0].extract_text() == "Secret."


def test_a_plain_pdf_is_the_same_bytes_every_time() -> None:
    assert a_pdf([["one"]]) == a_pdf([["one"]])
    assert a_pdf([["one"]]) != a_pdf([["two"]])


def test_too_many_lines_and_unknown_characters_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        a_pdf([["line"] * 60])
    with pytest.raises(UnicodeEncodeError):
        a_pdf([["漢字"]])


def test_an_image_only_pdf_has_pictures_and_no_text() -> None:
    pdf = an_image_only_pdf([["A scanned page."], ["Another."]])
    assert pdfium_pages(pdf) == ["", ""]
    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[0].render(scale=1).to_pil().convert("L")
        assert picture.size == (612, 792)
        ink = picture.point([255 if value < 128 else 0 for value in range(256)]).getbbox()
        assert ink is not None
        assert abs(ink[0] - pdf_writer.LEFT) < 3
        assert abs(ink[3] - pdf_writer.baseline(0)) < 5


def test_a_docx_has_headings_list_items_and_tables() -> None:
    document = docx.Document(io.BytesIO(a_docx(PARTS, title="The title")))
    assert [(each.style.name, each.text) for each in document.paragraphs if each.style] == [
        ("Heading 1", "Term & Fees"),
        ("Normal", "It lasts (one) year."),
        ("List Bullet", "An item"),
    ]
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == PARTS[3]
    assert document.core_properties.title == "The title"


def test_html_markdown_and_text_carry_the_same_parts() -> None:
    assert b"<h1>Term &amp; Fees</h1>\n<p>It lasts (one) year.</p>\n<ul><li>An item</li></ul>" in an_html(PARTS)
    assert a_markdown(PARTS).decode() == (
        "# Term & Fees\n\nIt lasts (one) year.\n\n- An item\n\n| Fee | Due |\n| --- | --- |\n| $100 | monthly |\n"
    )
    assert a_text(PARTS, encoding="utf-16").decode("utf-16").startswith("Term & Fees\n\nIt lasts")


def test_contracts_differ_by_seed_and_contain_their_facts() -> None:
    assert len({a_contract(seed).pdf() for seed in range(30)}) == 30
    contract = a_contract(7, clauses=40)
    pages = pdfium_pages(contract.pdf())
    text = " ".join(" ".join(pages).split())
    assert len(pages) > 2
    facts = (*contract.parties, contract.governing_law, contract.effective_date, f"{contract.notice_days} days")
    assert all(fact in text for fact in (*facts, contract.fee))


def test_bombs_are_small_and_unpack_to_what_they_say() -> None:
    pdf, word, entities = a_pdf_bomb(5), a_docx_bomb(20), an_entity_bomb()
    assert len(pdf) < 50_000
    assert len(word) < 50_000
    assert len(entities) < 5_000
    with zipfile.ZipFile(io.BytesIO(word)) as package:
        assert package.getinfo("word/document.xml").file_size > 20_000_000
    assert len(PdfReader(io.BytesIO(pdf)).pages[0].get_contents().get_data()) > 4_900_000  # type: ignore[union-attr]


def test_a_small_docx_bomb_is_a_document_that_word_readers_open() -> None:
    assert len(docx.Document(io.BytesIO(a_docx_bomb(1))).paragraphs[0].text) == 1_000_000


def test_a_truncated_pdf_has_no_trailer() -> None:
    assert b"%%EOF" not in a_truncated_pdf()
    with pytest.raises(PdfReadError):
        PdfReader(io.BytesIO(a_truncated_pdf(0.1)), strict=True).pages[0].extract_text()
