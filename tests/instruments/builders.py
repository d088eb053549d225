"""Builds files for tests: real PDF, DOCX, HTML, Markdown and text with known contents, as bytes; and broken ones.

    a_pdf([["MASTER SERVICES AGREEMENT", "", "1. Term"], ["Page two."]], rotate=90, outline=[("Term", 1)])
    a_docx([(1, "Term"), "This agreement lasts one year.", [["Fee", "Due"], ["$100", "monthly"]]])

HTML, Markdown, text and DOCX take the same parts: a `str` is a paragraph, `(1, "…")` to `(6, "…")` a heading of that
level, `("-", "…")` a list item, and a list of rows a table whose first row is its head. Text in PDFs is Windows-1252.
`a_contract(seed)` makes up a contract whose facts are known; no two seeds give the same text.
Broken files are in `broken_files`.
"""

from __future__ import annotations

import html
import io
import random
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import docx

from tests.instruments import pdf_writer
from tests.instruments.broken_files import (
    a_docx_bomb,
    a_pdf_bomb,
    a_truncated_pdf,
    an_empty_file,
    an_entity_bomb,
    an_ole_file,
    not_a_pdf,
)

__all__ = [
    "Contract",
    "Part",
    "a_contract",
    "a_docx",
    "a_docx_bomb",
    "a_markdown",
    "a_pdf",
    "a_pdf_bomb",
    "a_text",
    "a_truncated_pdf",
    "an_empty_file",
    "an_entity_bomb",
    "an_html",
    "an_image_only_pdf",
    "an_ole_file",
    "not_a_pdf",
    "wrapped",
]

Part = str | tuple[int | str, str] | list[list[str]]
LINE_CHARS = 84


def a_pdf(
    pages: Sequence[Sequence[str]] = (("A page of text.",),),
    *,
    rotate: int = 0,
    cropbox: pdf_writer.Box | None = None,
    outline: Sequence[tuple[str, int] | tuple[str, int, int]] = (),
    password: str | None = None,
    title: str | None = None,
    labels: str | None = None,
) -> bytes:
    """A PDF with these lines on these pages, in Helvetica 11 from one inch below the top (`pdf_writer.baseline`).

    `outline` is (title, page) or (title, page, level), both from 1. `password` encrypts with AES-256. `labels` is a
    page label style such as "/r".
    """
    plain = pdf_writer.assemble([pdf_writer.text_page(lines) for lines in pages], rotate=rotate, cropbox=cropbox)
    if not (outline or password or title or labels):
        return plain
    levels = [(item[0], item[1], item[2] if len(item) == 3 else 1) for item in outline]
    return pdf_writer.dress(plain, outline=levels, title=title, labels=labels, password=password)


def an_image_only_pdf(pages: Sequence[Sequence[str]] = (("A scanned page.",),)) -> bytes:
    """A PDF whose pages are pictures of text: no text layer, readable by OCR."""
    return pdf_writer.assemble_pictures([pdf_writer.draw_page(lines) for lines in pages])


def wrapped(text: str, chars: int = LINE_CHARS) -> list[str]:
    """A paragraph as the lines of a PDF page."""
    return textwrap.wrap(text, chars, break_on_hyphens=False)


def a_docx(parts: Sequence[Part] = ("A paragraph.",), title: str | None = None) -> bytes:
    """A Word document with these parts, in Word's own heading and list styles."""
    document = docx.Document()
    if title is not None:
        document.core_properties.title = title
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
        elif isinstance(part, list):
            table = document.add_table(rows=0, cols=len(part[0]))
            for row in part:
                for written, text in zip(table.add_row().cells, row, strict=True):
                    written.text = text
        elif isinstance(part[0], int):
            document.add_heading(part[1], level=part[0])
        else:
            document.add_paragraph(part[1], style="List Bullet")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def an_html(parts: Sequence[Part] = ("A paragraph.",), title: str = "A document", head: str = "") -> bytes:
    """An HTML page with these parts; `head` is put into its head as it is."""
    body = "\n".join(_html_part(part) for part in parts)
    top = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>{head}</head>'
    )
    return f"{top}\n<body>\n{body}\n</body></html>\n".encode()


def a_markdown(parts: Sequence[Part] = ("A paragraph.",)) -> bytes:
    """A Markdown file with these parts; special characters are not escaped."""
    return ("\n\n".join(_markdown_part(part) for part in parts) + "\n").encode()


def a_text(parts: Sequence[Part] = ("A paragraph.",), encoding: str = "utf-8") -> bytes:
    """A plain text file with these parts."""
    return ("\n\n".join(_text_part(part) for part in parts) + "\n").encode(encoding)


@dataclass(frozen=True, slots=True)
class Contract:
    """A made-up contract: its parts, and the facts that stand in it."""

    parts: tuple[Part, ...]
    parties: tuple[str, str]
    governing_law: str
    effective_date: str
    notice_days: int
    fee: str

    def pdf(self, **how: str) -> bytes:
        """The contract as a PDF with as many pages as it needs."""
        lines = [line for part in self.parts for line in [*wrapped(_text_part(part)), ""]]
        step = pdf_writer.LINES_PER_PAGE
        return a_pdf([lines[at : at + step] for at in range(0, len(lines), step)], **how)  # type: ignore[arg-type]


def a_contract(seed: int = 0, clauses: int = 12) -> Contract:
    """A contract in which every fact depends on the seed; `clauses` of filler make it longer."""
    dice = random.Random(seed)
    names = [f"{dice.choice(FIRST)} {dice.choice(SECOND)} {suffix}" for suffix in ("Inc.", "LLC")]
    law, fee = dice.choice(STATES), f"${dice.randint(10, 999)},{dice.randint(0, 999):03d}"
    date = f"{dice.choice(MONTHS)} {dice.randint(1, 28)}, {dice.randint(2001, 2025)}"
    days = dice.randint(10, 120)
    recital = (
        f'This Agreement is made as of {date} (the "Effective Date") between {names[0]} ("Supplier") and {names[1]} '
        f'("Customer"), reference {seed:06d}.'
    )
    parts: list[Part] = [
        (1, "SERVICES AGREEMENT"),
        recital,
        (2, "1. Fees"),
        f"Customer shall pay Supplier a fee of {fee} per year within thirty days of each invoice.",
    ]
    for number in range(2, clauses + 2):
        topic = dice.choice(TOPICS)
        parts += [(2, f"{number}. {topic}"), _filler(dice, topic)]
    parts += [
        (2, f"{clauses + 2}. Termination"),
        f"Either party may terminate this Agreement by giving {days} days written notice to the other party.",
        (2, f"{clauses + 3}. Governing Law"),
        f"This Agreement shall be governed by the laws of the State of {law}, without regard to conflict of laws.",
    ]
    return Contract(tuple(parts), (names[0], names[1]), law, date, days, fee)


FIRST = ("Northgate", "Harbor", "Summit", "Cedar", "Granite", "Meridian", "Lakeside", "Pioneer", "Sterling", "Redwood")
SECOND = ("Logistics", "Systems", "Medical", "Energy", "Foods", "Software", "Materials", "Insurance", "Transport")
STATES = ("Delaware", "New York", "California", "Texas", "Nevada", "Ohio", "Illinois", "Georgia", "Oregon", "Maine")
MONTHS = ("January", "March", "April", "May", "June", "July", "September", "October", "December")
TOPICS = ("Confidentiality", "Warranty", "Insurance", "Deliverables", "Audit", "Assignment", "Records", "Personnel")
DUTIES = ("maintain", "deliver", "review", "protect", "document", "report", "inspect", "return")
OBJECTS = ("all records", "the deliverables", "any equipment", "each report", "the work product", "its personnel files")
WHEN = ("upon request", "within ten days", "at its own expense", "during the term", "in good faith", "without delay")


def _filler(dice: random.Random, topic: str) -> str:
    sentences = (
        f"{dice.choice(('Supplier', 'Customer'))} shall {dice.choice(DUTIES)} {dice.choice(OBJECTS)} "
        f"{dice.choice(WHEN)} as {topic.lower()} item {dice.randint(100, 999)} requires."
        for _ in range(dice.randint(2, 5))
    )
    return " ".join(sentences)


def _html_part(part: Part) -> str:
    if isinstance(part, str):
        return f"<p>{html.escape(part)}</p>"
    if isinstance(part, list):
        rows = [[html.escape(text) for text in row] for row in part]
        head = "".join(f"<th>{text}</th>" for text in rows[0])
        body = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in rows[1:])
        return f"<table><tr>{head}</tr>{body}</table>"
    kind, text = part
    return (
        f"<h{kind}>{html.escape(text)}</h{kind}>" if isinstance(kind, int) else f"<ul><li>{html.escape(text)}</li></ul>"
    )


def _markdown_part(part: Part) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, list):
        rows = ["| " + " | ".join(row) + " |" for row in part]
        return "\n".join([rows[0], "|" + " --- |" * len(part[0]), *rows[1:]])
    kind, text = part
    return f"{'#' * kind} {text}" if isinstance(kind, int) else f"- {text}"


def _text_part(part: Part) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, list):
        return "\n".join("\t".join(row) for row in part)
    kind, text = part
    return text if isinstance(kind, int) else f"- {text}"
