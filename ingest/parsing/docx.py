"""DOCX (floor 4): paragraphs, headings, list items and tables in order, as Word prints the current text.

Tracked insertions are text and deletions are not; both are kept as marks, as are comments. Automatic numbers are written out;
hidden text is left out and counted; notes, then headers and footers follow the body, each once. Macros are never run, and files
inside the file are named, not read.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import IO, cast

from lxml import etree

from ingest.parsing.docx_body import Body
from ingest.parsing.docx_fields import Fields
from ingest.parsing.docx_notes import Notes
from ingest.parsing.docx_numbering import Numbering
from ingest.parsing.docx_parts import Parts, hyperlinks
from ingest.parsing.docx_review import Review
from ingest.parsing.docx_runs import Story, removed_text
from ingest.parsing.docx_styles import Styles
from ingest.parsing.docx_xml import W
from ingest.parsing.draft import Draft
from ingest.parsing.grids import Grid, Paragraph, flat, tidy
from ingest.parsing.kinds import DOCX, OLE
from ingest.parsing.package import Package
from ingest.parsing.words import Piece, Words
from proviso.errors import BrokenFile, EmptyFile
from proviso.types.documents import Attachment, DocumentWarning, Parsed

LOCKED = "ingest.parsing.docx_locked"
LEADING = re.compile(r"\A\s+")
EVERYTHING = re.compile(r".+", re.DOTALL)
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"


def parse(path: Path, filename: str, password: str | None) -> Parsed:
    """The current text of a Word document. Raises PasswordRequired, WrongPassword, BrokenFile, ParserLimit, EmptyFile."""
    with Package(_opened(path, filename, password), filename) as package:
        parts = Parts(package)
        root = package.xml(parts.document)
        if root is None or root.find(f"{W}body") is None:
            raise BrokenFile(
                f"{filename} is not a Word document: it has no {parts.document}. Save it as DOCX or PDF and upload that."
            )
        reading = _Reading(parts, root, filename)
        reading.body()
        reading.notes()
        reading.margins()
        core = package.xml("docProps/core.xml")
        parsed = reading.parsed((core.findtext(f"{DUBLIN_CORE}title") or "").strip() if core is not None else "")
    if not parsed.text:
        raise EmptyFile(f"{filename} holds no text. If its pages are pictures, upload it as PDF.")
    return parsed


def _opened(path: Path, filename: str, password: str | None) -> Path | IO[bytes]:
    """The file, or what is in it when it is locked."""
    with path.open("rb") as file:
        locked = file.read(len(OLE)) == OLE
    if not locked:
        return path
    return cast(IO[bytes], importlib.import_module(LOCKED).unlocked(path, filename, password))


class _Reading:
    """One pass over the parts of a document."""

    def __init__(self, parts: Parts, root: etree._Element, filename: str) -> None:
        self._parts = parts
        self._root = root
        self._draft = Draft()
        self._fields = Fields()
        self._review = Review(parts.root("comments"), parts.root("commentsExtended"))
        self._notes = Notes(parts.root("settings"), root)
        styles = Styles(parts.root("styles"))
        self._story = Story(styles, self._review, self._fields, self._notes.mark)
        self._body = Body(self._story, Numbering(parts.root("numbering"), styles.lists), filename)

    def body(self) -> None:
        self._begin(self._root, self._parts.document)
        before: Paragraph | None = None
        for item in self._body.read(self._root):
            if isinstance(item, Grid) and before is not None:
                item.caption_text = " ".join(before.words.text().split())
            self._draft.add([item])
            before = item if isinstance(item, Paragraph) and item.caption else None

    def notes(self) -> None:
        """The notes that the text refers to, in that order, each with its mark."""
        for kind in ("footnote", "endnote"):
            name, root = self._parts.related(f"{kind}s")
            if root is None:
                continue
            self._begin(root, name)
            by_id = {note.get(f"{W}id", ""): note for note in root.iterfind(f"{W}{kind}")}
            for (its_kind, note_id), mark in list(self._notes.referred.items()):
                if its_kind == kind and note_id in by_id:
                    self._note(by_id[note_id], mark)
            for change, place, element, reference in self._story.unreferred:
                key = (kind, reference.get(f"{W}id", ""))
                if reference.tag == f"{W}{kind}Reference" and key[1] in by_id and key not in self._notes.referred:
                    self._story.paragraph += 1
                    said = removed_text(by_id[key[1]]).strip()
                    self._review.changed(change, place, element, said, self._story.paragraph)

    def margins(self) -> None:
        """Headers and footers, each distinct text once."""
        seen: dict[str, list[Piece]] = {}
        for kind, name in self._parts.margins(self._root):
            root = self._parts.package.xml(name)
            if root is None:
                continue
            self._begin(root, name)
            words = Words()
            for item in self._body.read(root):
                if len(words):
                    words.put("\n")
                words.take(tidy(item.words if isinstance(item, Paragraph) else flat([item])))
            text = words.text().strip()
            if text in seen:
                self._review.repeats(words.places)
            if seen.get(text):
                words.settle(seen[text])
            else:
                paragraph = Paragraph("header" if kind == "header" else "footer", words)
                seen[text] = self._draft.add_paragraph(paragraph)

    def parsed(self, title: str) -> Parsed:
        self._draft.close()
        text = self._draft.text()
        marks = self._review.marks(text)
        attachments = self._parts.attachments()
        return Parsed(
            text,
            tuple(self._draft.blocks),
            DOCX,
            title=title or None,
            warnings=(*self._review.warnings(marks), *self._warnings(attachments)),
            metadata={"title": title} if title else {},
            tables=self._draft.tables(),
            marks=marks,
            form_fields=tuple(self._fields.forms),
            attachments=attachments,
            anchors={name: place.start for name, place in self._story.anchors.items()},
            links=self._fields.links(),
        )

    def _begin(self, root: etree._Element, name: str) -> None:
        """A part begins: its links are its own, and a field of one part does not run on into the next."""
        self._fields.part_ends()
        self._body.begin(name)
        marks = [mark.get(f"{W}fldCharType") for mark in root.iter(f"{W}fldChar")]
        self._fields.balanced = marks.count("begin") == marks.count("end")
        self._story.relations = hyperlinks(self._parts.package, name)

    def _note(self, note: etree._Element, mark: str) -> None:
        words = Words(f"{mark} " if mark else "")
        for item in self._body.read(note, "footnote"):
            if words.text().strip() not in ("", mark):
                words.put("\n")
            said = item.words if isinstance(item, Paragraph) else flat([item])
            if words.text().strip() in ("", mark):
                said.rewrite(LEADING, lambda _: "")
            words.take(said)
        if words.text().strip() == mark:
            words.rewrite(EVERYTHING, lambda _: "")
        self._draft.add_paragraph(Paragraph("footnote", words))

    def _warnings(self, attachments: tuple[Attachment, ...]) -> list[DocumentWarning]:
        story, out = self._story, []
        if story.hidden_runs:
            detail = f"{story.hidden_runs} hidden pieces of text ({story.hidden_chars} characters) were left out."
            out.append(DocumentWarning("hidden_text", detail))
        if story.struck_runs:
            detail = f"{story.struck_runs} struck-out pieces of text are not part of the text; they are kept beside it."
            out.append(DocumentWarning("struck_out", detail))
        if self._fields.uncounted:
            detail = (
                f"{self._fields.uncounted} numbers that Word counts while it prints (LISTNUM, AUTONUM) are not in the file, "
                "and so not in the text. Save it as PDF and upload that, if they matter."
            )
            out.append(DocumentWarning("numbers_left_out", detail))
        if attachments:
            names = ", ".join(attachment.name for attachment in attachments[:5])
            more = "" if len(attachments) <= 5 else f" and {len(attachments) - 5} more"
            detail = f"Files inside the document were not read: {names}{more}. Upload those that matter by themselves."
            out.append(DocumentWarning("attachments", detail))
        if self._parts.has_macros():
            out.append(DocumentWarning("macros", "The document holds macros. They were not run."))
        return out
