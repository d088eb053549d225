"""Fields and forms of a DOCX (floor 4): what a field shows is text, its code is not; what can be filled in is reported.

A field runs from a begin mark over its code and a separator to an end mark, over paragraphs if need be, and holds other fields.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from ingest.parsing.docx_xml import W14, W, number, on, switched, value
from ingest.parsing.words import Place, Words
from proviso.types.documents import FormField, Link

BOX, TICKED = "☐", "☒"
CODE_CHARS = 2000
_CODE = re.compile(r'\s*(REF|PAGEREF|NOTEREF|HYPERLINK)\s+(?:"([^"]*)"|([^\s\\"]\S*))?')
_COUNTED = re.compile(r"\s*(?:LISTNUM|AUTONUM)")
_INSIDE = re.compile(r'\\l\s+"([^"]+)"')
_CONTROLS = {
    f"{W}text": "text",
    f"{W}date": "text",
    f"{W}comboBox": "choice",
    f"{W}dropDownList": "choice",
    f"{W14}checkbox": "checkbox",
}


@dataclass(slots=True, eq=False)
class _Field:
    """An open field: its code so far; `start` once its result has begun, in these words."""

    form: etree._Element | None
    code: str = ""
    start: Place | None = None
    inside: Words | None = None


@dataclass(slots=True, eq=False)
class Lead:
    """Words from one place to another that lead somewhere."""

    first: Place
    last: Place
    target: str


@dataclass(slots=True, eq=False)
class Fields:
    """The fields, links and form fields of a document while it is read."""

    open: list[_Field] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    forms: list[FormField] = field(default_factory=list)
    uncounted: int = 0
    """Numbers that Word counts while it prints, and the file does not hold."""
    balanced: bool = True
    """Whether every field of the part that is read has its end, so that a code may run over paragraphs."""

    @property
    def in_code(self) -> bool:
        return any(each.start is None for each in self.open)

    def mark(self, element: etree._Element, words: Words) -> None:
        """`w:fldChar`: begin, separate or end."""
        kind = element.get(f"{W}fldCharType")
        if kind == "begin":
            form = element.find(f"{W}ffData")
            self.open.append(_Field(form))
            if form is not None:
                words.put(_form_words(form))
        elif kind == "separate" and self.open and self.open[-1].start is None:
            self.open[-1].start, self.open[-1].inside = words.here(), words
        elif kind == "end" and self.open:
            self._end(self.open.pop(), words)

    def code(self, element: etree._Element) -> None:
        """`w:instrText`: a piece of the code of the innermost field."""
        if self.open and self.open[-1].start is None and len(self.open[-1].code) < CODE_CHARS:
            self.open[-1].code += element.text or ""

    def paragraph_ends(self) -> None:
        """In a part with fields that never end, a code must not swallow the paragraphs after it."""
        if not self.balanced:
            self.open = [each for each in self.open if each.start is not None]

    def part_ends(self) -> None:
        self.open.clear()

    def simple(self, code: str, first: Place) -> None:
        """`w:fldSimple`, whose result is what it holds."""
        self.uncounted += first.start == first.end and bool(_COUNTED.match(code))
        self._lead(code, first, first)

    def lead(self, first: Place, last: Place, target: str) -> None:
        if target and target != "#":
            self.leads.append(Lead(first, last, target))

    def links(self) -> tuple[Link, ...]:
        spans = ((each.first.start, max(each.last.start, each.last.end), each.target) for each in self.leads)
        return tuple(
            sorted((Link(*span) for span in spans if span[0] < span[1]), key=lambda link: (link.start, link.end))
        )

    def control(self, properties: etree._Element, shown: str) -> None:
        """`w:sdtPr`: a content control that is filled in or ticked, with the words it shows."""
        kind = next((_CONTROLS[child.tag] for child in properties if child.tag in _CONTROLS), None)
        if kind is None:
            return
        name = value(properties, f"{W}alias") or value(properties, f"{W}tag")
        if kind == "checkbox":
            checked = properties.find(f"{W14}checkbox/{W14}checked")
            ticked = checked is not None and checked.get(f"{W14}val") in ("1", "true", "on")
            self.forms.append(FormField(name, kind, "checked" if ticked else "unchecked"))
        else:
            empty = on(properties, f"{W}showingPlcHdr")
            self.forms.append(FormField(name, kind, None if empty else " ".join(shown.split()) or None))

    def _end(self, ended: _Field, words: Words) -> None:
        if ended.start is not None:
            self._lead(ended.code, ended.start, words.here())
        if ended.start is None or (ended.inside is words and ended.start.start == len(words)):
            self.uncounted += bool(_COUNTED.match(ended.code))
        if ended.form is not None:
            shown = ""
            if ended.inside is words and ended.start is not None:
                shown = words.text()[ended.start.start :]
            self.forms.append(_form_field(ended.form, shown))

    def _lead(self, code: str, first: Place, last: Place) -> None:
        found = _CODE.match(code[:CODE_CHARS])
        if not found:
            return
        name, quoted, bare = found.groups()
        target = quoted if quoted is not None else bare or ""
        if name == "HYPERLINK":
            inside = _INSIDE.search(code)
            self.lead(first, last, target + (f"#{inside.group(1)}" if inside else ""))
        elif target:
            self.lead(first, last, f"#{target}")


def _form_words(form: etree._Element) -> str:
    """What Word draws for a form field that has no text of its own: a box, or the chosen entry."""
    box, choice = form.find(f"{W}checkBox"), form.find(f"{W}ddList")
    if box is not None:
        return TICKED if _ticked(box) else BOX
    return _chosen(choice) if choice is not None else ""


def _form_field(form: etree._Element, shown: str) -> FormField:
    name = value(form, f"{W}name")
    box, choice = form.find(f"{W}checkBox"), form.find(f"{W}ddList")
    if box is not None:
        return FormField(name, "checkbox", "checked" if _ticked(box) else "unchecked")
    if choice is not None:
        return FormField(name, "choice", _chosen(choice) or None)
    return FormField(name, "text", " ".join(shown.split()) or None)


def _ticked(box: etree._Element) -> bool:
    now = switched(box.find(f"{W}checked"))
    return on(box, f"{W}default") if now is None else now


def _chosen(choice: etree._Element) -> str:
    entries = [value(entry) for entry in choice.iterfind(f"{W}listEntry")]
    result = choice.find(f"{W}result")
    at = number(result if result is not None else choice.find(f"{W}default"))
    return entries[at] if 0 <= at < len(entries) else ""
