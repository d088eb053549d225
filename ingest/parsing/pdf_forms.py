"""Fields of PDF forms (floor 4): what each is called, holds, and where it stands, through a form environment of pdfium's own.

The form is read from a document opened for it alone: a page that belongs to a form environment is flattened without its buttons, and
the pages that are read for their text must be those that are shown. No script of a form is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from ingest.parsing.pdf_annotations import MAX_ANNOTATIONS, rect_of, wide
from ingest.parsing.pdf_chars import Frame, frame_of
from proviso.types.documents import FormField

FIELD_KINDS = {
    raw.FPDF_FORMFIELD_PUSHBUTTON: "button",
    raw.FPDF_FORMFIELD_CHECKBOX: "checkbox",
    raw.FPDF_FORMFIELD_RADIOBUTTON: "radio",
    raw.FPDF_FORMFIELD_COMBOBOX: "choice",
    raw.FPDF_FORMFIELD_LISTBOX: "choice",
    raw.FPDF_FORMFIELD_TEXTFIELD: "text",
    raw.FPDF_FORMFIELD_SIGNATURE: "signature",
}
MAX_FIELDS = 20_000


def read_fields(document: pdfium.PdfDocument, path: Path, password: str | None) -> list[FormField]:
    """The fields of the form in a document, page by page; none when it has no form, or one that cannot be read."""
    if document.get_formtype() == raw.FORMTYPE_NONE:
        return []
    out: list[FormField] = []
    try:
        form = pdfium.PdfDocument(path, password=password or None)
    except pdfium.PdfiumError:
        return out
    try:
        form.init_forms()
        for index in range(len(form)):
            _page(form, index, out)
            if len(out) >= MAX_FIELDS:
                break
    except pdfium.PdfiumError:
        return out
    finally:
        form.close()
    return out


def _page(form: pdfium.PdfDocument, index: int, out: list[FormField]) -> None:
    page = form[index]
    frame = frame_of(page)
    for at in range(min(raw.FPDFPage_GetAnnotCount(page.raw), MAX_ANNOTATIONS)):
        found = raw.FPDFPage_GetAnnot(page.raw, at)
        if found:
            if raw.FPDFAnnot_GetSubtype(found) == raw.FPDF_ANNOT_WIDGET:
                out.append(_field(form.formenv.raw, found, frame, index + 1))
            raw.FPDFPage_CloseAnnot(found)
    page.close()


def _field(form: Any, found: Any, frame: Frame, number: int) -> FormField:
    kind = FIELD_KINDS.get(raw.FPDFAnnot_GetFormFieldType(form, found), "text")
    value: str | None
    if kind in ("checkbox", "radio"):
        checked = raw.FPDFAnnot_IsChecked(form, found)
        value = wide(lambda buffer, size: raw.FPDFAnnot_GetFormFieldExportValue(form, found, buffer, size))
        value = (value or "Yes") if checked else None
    else:
        value = wide(lambda buffer, size: raw.FPDFAnnot_GetFormFieldValue(form, found, buffer, size)) or None
    name = wide(lambda buffer, size: raw.FPDFAnnot_GetFormFieldName(form, found, buffer, size))
    return FormField(name, kind, None if kind == "button" else value, number, rect_of(found, frame))
