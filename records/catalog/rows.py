"""What the catalog takes and gives (floor 2): frozen records, never ORM objects. Field names are those of API.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from proviso.types.answers import Answer, Effort, Usage
from proviso.types.documents import DocumentStatus, DocumentWarning, Fact, Stage, TextSource
from proviso.types.extractions import ExtractionStatus, Field, Totals

VersionStatus = Literal["queued", "processing", "ready", "failed", "retired"]
UnitStatus = Literal["pending", "running", "done", "failed", "cancelled"]
Waiting = Literal["documents", "llm"]
AnswerStatus = Literal["queued", "running", "done", "failed"]
ChangeKind = Literal["document", "extraction"]


@dataclass(frozen=True, slots=True)
class NewDocument:
    """An upload, durably stored under its hash."""

    workspace: str
    collection: str
    filename: str
    sha256: str
    bytes: int
    media_type: str
    metadata: dict[str, Any] = field(default_factory=dict)
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PageCoverage:
    """How much text a page gave, and where it came from."""

    page: int
    chars: int
    source: TextSource


@dataclass(frozen=True, slots=True)
class Pending:
    """A newer version on its way while the live one still answers; `status` failed, and `error`, when it did not
    arrive."""

    version: int
    status: VersionStatus
    stage: Stage | None
    progress: float
    filename: str
    sha256: str
    error: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as API.md has it, described by its live version, or by its newest while none is live.

    `workspace`, `version_id` and `attempt` are internal; the last two are those of the version described.
    """

    id: str
    filename: str
    title: str
    collection: str
    metadata: dict[str, Any]
    language: str | None
    version: int
    pending: Pending | None
    status: DocumentStatus
    stage: Stage | None
    progress: float
    pages: int | None
    chars: int | None
    tokens: int | None
    chunks: int | None
    media_type: str
    page_coverage: tuple[PageCoverage, ...]
    warnings: tuple[DocumentWarning, ...]
    facts: tuple[Fact, ...]
    contains: dict[str, int]
    error: dict[str, str] | None
    sha256: str
    bytes: int
    created_at: datetime
    updated_at: datetime
    workspace: str
    version_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """What a job needs to know of the version it works on."""

    version_id: str
    document_id: str
    workspace: str
    collection: str
    filename: str
    number: int
    sha256: str
    bytes: int
    media_type: str
    language: str | None
    """None until it has been parsed, and where the text does not settle it."""
    title: str
    """What is shown: given by hand, found in the text, or the file's name."""
    facts: tuple[Fact, ...]
    attempt: int
    status: VersionStatus
    password: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version as it can be opened: the live one, a retired one that is still kept, or one that never became ready.
    `live` is the document's, `error` why it failed."""

    version_id: str
    document_id: str
    number: int
    filename: str
    title: str
    sha256: str
    bytes: int
    media_type: str
    status: VersionStatus
    error: dict[str, str] | None
    created_at: datetime
    retired_at: datetime | None
    live: bool


@dataclass(frozen=True, slots=True)
class ParsedFacts:
    """What parsing and counting found out about a version."""

    title: str | None
    language: str | None
    pages: int | None
    chars: int
    tokens: int
    page_coverage: tuple[PageCoverage, ...]
    warnings: tuple[DocumentWarning, ...]
    media_type: str
    facts: tuple[Fact, ...] = ()
    contains: Mapping[str, int] = field(default_factory=dict)
    """How many tables, marks, form fields … its `Details` hold."""


@dataclass(frozen=True, slots=True)
class CollectionRecord:
    name: str
    documents: int
    ready: int
    processing: int
    failed: int
    bytes: int
    pages: int
    tokens: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewExtraction:
    """An extraction to start: its scope resolved to documents, its schema to fields."""

    workspace: str
    name: str
    schema: dict[str, Any]
    template: str | None
    instructions: str | None
    effort: Effort | None
    model: str | None
    document_ids: tuple[str, ...]
    fields: tuple[Field, ...]
    max_tokens: int | None = None
    max_cost: float | None = None


@dataclass(frozen=True, slots=True)
class ExtractionRecord:
    """An extraction as its jobs need it: what was asked, and what that has used so far."""

    id: str
    name: str
    status: ExtractionStatus
    created_at: datetime
    finished_at: datetime | None
    usage: Usage
    schema: dict[str, Any]
    template: str | None
    instructions: str | None
    effort: Effort | None
    model: str | None
    max_tokens: int | None
    max_cost: float | None
    updated_at: datetime
    workspace: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class ExtractionOverview(ExtractionRecord):
    """An extraction as API.md has it: also how far it is, which takes a look at all its units and cells."""

    waiting_for: Waiting | None
    totals: Totals
    webhook: None
    document_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """One document of an extraction. `settled_document`: it is ready, failed or gone, so that the unit can run."""

    extraction_id: str
    document_id: str
    status: UnitStatus
    attempt: int
    settled_document: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRecord(Answer):
    """A stored answer: the object of API.md with the request it answers."""

    created_at: datetime
    request: dict[str, Any]
    status: AnswerStatus = "done"
    progress: None = None
    problem: None = None


@dataclass(frozen=True, slots=True)
class AnswerToCome:
    """An answer that is worked on in the background, or that failed there: the fields of an answer without their content.

    `progress` counts the calls of an answer in many (`done` of `total`); `problem` is the fault that ended it.
    """

    id: str
    status: AnswerStatus
    progress: dict[str, Any] | None
    problem: dict[str, Any] | None
    created_at: datetime
    request: dict[str, Any]
    outcome: None = None
    answer: None = None
    clarification: None = None
    evidence: tuple[()] = ()
    unsupported: tuple[()] = ()
    per_document: None = None
    receipt: None = None
    usage: None = None
    reasoning: None = None
    model: None = None
    effort: None = None
    took_ms: None = None
    coverage: None = None
    set_aside: tuple[()] = ()


@dataclass(frozen=True, slots=True)
class AskedRecord:
    """A question to be answered in the background; `question` is JSON that whoever asked can read."""

    id: str
    workspace: str
    question: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """Tokens, calls and cost (None: unknown) of one model on one day (UTC), whatever became of the calls. `reasoning_source` is
    "counted" when any of the tokens were counted here, because the server did not report them."""

    day: str
    model: str
    prompt: int
    reasoning: int
    answer: int
    calls: int
    cost: float | None
    reasoning_source: Literal["server", "counted"] = "server"


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered to the first request with an idempotency key: HTTP status and JSON body."""

    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    seq: int
    workspace: str
    kind: ChangeKind
    subject: str
    collection: str | None
    at: datetime
