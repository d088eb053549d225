"""Catalog rows for tests: an upload, a document brought to a state, an answer, a cell."""

from __future__ import annotations

import hashlib
from typing import Any

from proviso.boxes import PageBoxes
from proviso.types.answers import Answer, CallUsage, Evidence, Receipt, Usage
from proviso.types.documents import DocumentWarning
from proviso.types.extractions import Cell, CellOutcome, Coverage, Field
from records.catalog import documents
from records.catalog.catalog import Catalog
from records.catalog.documents import DocumentRecord, NewDocument, PageCoverage, ParsedFacts
from records.catalog.extractions import NewExtraction

FIELDS = (
    Field("/governing_law", "string", "Governing law", "Which law governs"),
    Field("/term", "string", "Term", "How long", format="duration"),
)


def an_upload(name: str = "msa.pdf", **changes: Any) -> NewDocument:
    values: dict[str, Any] = {
        "workspace": "local",
        "collection": "default",
        "filename": name,
        "sha256": hashlib.sha256(name.encode("utf-8", "replace")).hexdigest(),
        "bytes": 65_893,
        "media_type": "application/pdf",
    }
    return NewDocument(**(values | changes))


def facts(**changes: Any) -> ParsedFacts:
    values: dict[str, Any] = {
        "title": "Master Services Agreement",
        "language": "en",
        "pages": 2,
        "chars": 5_000,
        "tokens": 1_100,
        "page_coverage": (PageCoverage(1, 5_000, "text_layer"), PageCoverage(2, 0, "none")),
        "warnings": (DocumentWarning("needs_ocr", "Page 2 is an image.", (2,)),),
        "media_type": "application/pdf",
    }
    return ParsedFacts(**(values | changes))


def an_uploaded(catalog: Catalog, name: str = "msa.pdf", **changes: Any) -> DocumentRecord:
    return catalog.write_now(documents.add, an_upload(name, **changes))[0]


def a_ready(catalog: Catalog, name: str = "msa.pdf", **changes: Any) -> DocumentRecord:
    record = an_uploaded(catalog, name, **changes)
    catalog.write_now(documents.stage, record.version_id, "parsing", 0.1)
    catalog.write_now(documents.parsed, record.version_id, facts())
    catalog.write_now(documents.publish, record.version_id, 7)
    return catalog.read_now(documents.get, record.workspace, record.id)


def a_failed(catalog: Catalog, name: str = "locked.pdf", **changes: Any) -> DocumentRecord:
    record = an_uploaded(catalog, name, **changes)
    catalog.write_now(documents.fail, record.version_id, "password_required", "The file needs a password.")
    return catalog.read_now(documents.get, record.workspace, record.id)


def evidence(document_id: str, n: int = 1) -> Evidence:
    return Evidence(
        n=n,
        document_id=document_id,
        version=1,
        title="Master Services Agreement",
        quote="the laws of the State of Delaware",
        text="the laws of the State of Delaware",
        start=100,
        end=133,
        page_start=1,
        page_end=1,
        pages=(PageBoxes(1, 612.0, 792.0, ((72.0, 100.0, 540.0, 112.0),)),),
        section="12.3",
        state="exact",
    )


def an_answer(answer_id: str, *document_ids: str) -> Answer:
    receipt = Receipt(
        mode="full",
        reason="fits",
        context_tokens=131_072,
        full_limit=32_000,
        evidence_budget=24_000,
        prompt_tokens_counted=9_120,
        packed=(),
        dropped=(),
        documents_read=1,
        pages_unread=(),
        not_ready=(),
        failed=(),
        calls=(CallUsage("answer", 9_123, 512, 412),),
    )
    return Answer(
        id=answer_id,
        outcome="answered",
        answer="Delaware [1].",
        clarification=None,
        evidence=tuple(evidence(document_id, n) for n, document_id in enumerate(document_ids, 1)),
        unsupported=(),
        per_document=None,
        receipt=receipt,
        usage=usage(),
        reasoning=None,
        model="openai/gpt-oss-120b",
        effort="medium",
        took_ms=5_120,
    )


def usage(prompt: int = 9_123, source: Any = "server") -> Usage:
    return Usage(prompt=prompt, reasoning=512, reasoning_source=source, answer=412, calls=1)


def a_cell(document_id: str, field: str = "/governing_law", outcome: CellOutcome = "found") -> Cell:
    found = outcome == "found"
    return Cell(
        document_id=document_id,
        version=1,
        title="Master Services Agreement",
        field=field,
        type="string",
        value="Delaware" if found else None,
        raw="State of Delaware" if found else None,
        outcome=outcome,
        evidence=(evidence(document_id),) if found else (),
        reason="llm_unavailable" if outcome == "failed" else None,
        coverage=Coverage("full", 9_050, (), 0),
    )


def an_extraction(*document_ids: str, **changes: Any) -> NewExtraction:
    values: dict[str, Any] = {
        "workspace": "local",
        "name": "Q3 vendor review",
        "schema": {"type": "object", "properties": {"governing_law": {"type": "string"}}},
        "template": None,
        "instructions": None,
        "effort": "low",
        "model": None,
        "document_ids": document_ids,
        "fields": FIELDS,
    }
    return NewExtraction(**(values | changes))
