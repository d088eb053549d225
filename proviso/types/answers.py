"""Evidence, receipts and answers (floor 0), field by field as API.md has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from proviso.boxes import PageBoxes
from proviso.types.search import Route

EvidenceState = Literal["exact", "normalised", "partial", "unverified", "deleted"]
Outcome = Literal["answered", "not_in_documents", "needs_clarification", "passages"]
Mode = Literal["full", "retrieve", "map_reduce"]
Effort = Literal["low", "medium", "high"]
PassageKind = Literal["hit", "definition", "reference"]
"""What a passage is in a context: found by search, or the definition of a term, or the clause, that a packed passage refers to."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote resolved: `quote` is what the model wrote, `text` what stands in the source at `[start, end)`; None when unverified."""

    n: int
    document_id: str
    version: int
    title: str
    quote: str
    text: str | None
    start: int | None
    end: int | None
    page_start: int | None
    page_end: int | None
    pages: tuple[PageBoxes, ...]
    section: str
    state: EvidenceState


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A stretch `[start, end)` of the answer that no verified evidence carries."""

    text: str
    start: int
    end: int
    why: Literal["no_evidence", "number_not_in_evidence"]


@dataclass(frozen=True, slots=True)
class Packed:
    """A stretch that is in the context, with the tokens of its words; `why` is None when the document was read whole."""

    document_id: str
    start: int
    end: int
    tokens: int
    why: PassageKind | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """A stretch that is not in the context: `why` not, and as `what` it would have been."""

    document_id: str
    start: int
    end: int
    tokens: int
    why: str
    what: PassageKind | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    document_id: str
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HistoryKept:
    """What a prompt carries of the turns before its question: messages, how many of them shortened, and how many more were left out."""

    messages: int = 0
    shortened: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class CallUsage:
    """Tokens of one model call. `prompt` as the server reported it, else as counted; `cached` of them it had read before, as far as
    it says so. `cost` by the price table; None: no price. `attempts`: how often it was asked until there was an answer, all of them
    counted in. `source`: "counted" where any of it was counted here because the server did not report it."""

    purpose: str
    prompt: int
    reasoning: int
    answer: int
    cached: int = 0
    cost: float | None = None
    attempts: int = 1
    source: Literal["server", "counted"] = "server"


@dataclass(frozen=True, slots=True)
class Mapped:
    """How a scope was read in windows, each a call of its own. `prompt_tokens`: of all those calls together, as counted.

    `quotes` are what the model gave and the server found, `merged` how many of them were the same words again,
    `unverified` how many were not found and count for nothing. `documents_without`: read whole, every page, without a quote.
    `quotes_shown` of the others stood in the last call word for word; where these were too few, all were put together before in
    `parts`, each a call of its own.
    """

    windows: int
    window_tokens: int
    prompt_tokens: int
    windows_read: int = 0
    windows_failed: int = 0
    quotes: int = 0
    merged: int = 0
    unverified: int = 0
    documents_with_quotes: int = 0
    documents_without: int = 0
    quotes_shown: int = 0
    parts: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a context came about: mode and why, limits, counts (ours and the server's), packed, dropped, unread."""

    mode: Mode
    reason: str
    context_tokens: int
    full_limit: int
    evidence_budget: int
    prompt_tokens_counted: int
    packed: tuple[Packed, ...]
    dropped: tuple[Dropped, ...]
    documents_read: int
    pages_unread: tuple[Unread, ...]
    not_ready: tuple[str, ...]
    failed: tuple[str, ...]
    prompt_tokens_reported: int | None = None
    truncation: Literal["checked", "unavailable"] = "unavailable"
    calls: tuple[CallUsage, ...] = ()
    finish_reason: str | None = None
    """Why the model stopped: "stop", or "length" when the answer was cut off by its output limit."""
    history: HistoryKept = HistoryKept()
    routed_to: tuple[Route, ...] = ()
    """The documents of the scope that were read because the question names them, where it could only be answered from whole documents
    and the whole scope was too long to be read at once; the others were not read. Empty: nothing was left aside for that reason."""
    mapped: Mapped | None = None
    """For `map_reduce`. Before it is done, `prompt_tokens_counted` is of the first call; then, of all of them."""


@dataclass(frozen=True, slots=True)
class Usage:
    prompt: int
    reasoning: int
    reasoning_source: Literal["server", "counted"]
    answer: int
    calls: int
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class PerDocument:
    """What one document of the scope says to the question, and the numbers of its evidence.

    `answered`: the answer cites it (`full`, `retrieve`). After `map_reduce`, for every document of the scope: `found`,
    `not_in_document` (all its windows read, nothing found), `unverified` (the model named words that are not there),
    `failed` (a window could not be asked, or the document could not be ingested), `not_ready`, `unread` (no text).
    """

    document_id: str
    outcome: str
    evidence: tuple[int, ...]
    detail: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class ReadInPart:
    """A document that was not read whole: `tokens_read` of its `tokens` (0: it was only searched, or has no readable text)."""

    document_id: str
    title: str
    tokens_read: int
    tokens: int


@dataclass(frozen=True, slots=True)
class NotRead:
    """A document, or pages of it, that could not be read."""

    document_id: str
    title: str
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ScopeCoverage:
    """What stands behind "the documents do not contain this": what of the scope was read, and by name what was not.

    `complete`: every document of the scope was read whole, each page, so that the absence is proven by reading. `statement` says all
    of it in words. Lists end at 200 documents; `documents` (all of the scope), those read whole and in part, and tokens count everything.
    """

    mode: Mode
    complete: bool
    statement: str
    documents: int
    documents_read_whole: int
    documents_read_in_part: int
    tokens: int
    tokens_read: int
    read_in_part: tuple[ReadInPart, ...]
    pages_unread: tuple[NotRead, ...]
    not_ready: tuple[NotRead, ...]
    failed: tuple[NotRead, ...]


@dataclass(frozen=True, slots=True)
class SetAside:
    """What the model said that has no place in an answer with this outcome: a second question, or beside a question an answer or a
    quote; of a quote, where it stands."""

    kind: Literal["question", "answer", "quote"]
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole result of a question. Without a model: outcome `passages`, `answer` None, evidence = best passages.

    `coverage` belongs to `not_in_documents` alone; `set_aside` is what else the model said.
    """

    id: str
    outcome: Outcome
    answer: str | None
    clarification: str | None
    evidence: tuple[Evidence, ...]
    unsupported: tuple[Unsupported, ...]
    per_document: tuple[PerDocument, ...] | None
    receipt: Receipt
    usage: Usage
    reasoning: str | None
    model: str | None
    effort: Effort | None
    took_ms: int
    coverage: ScopeCoverage | None = None
    set_aside: tuple[SetAside, ...] = ()
