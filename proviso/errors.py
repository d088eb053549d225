"""The error tree of Proviso (floor 0). Every leaf has a stable `code`; `detail` says what happened and what the caller can do.

ProvisoError
├── RequestError            the caller must change the request
│   ├── InvalidRequest, InvalidSchema, SpanOutOfRange, ScopeTooLarge, BudgetReached
│   ├── NotFound, NoPageImage, Unauthorized, Forbidden
│   └── Conflict, DocumentNotReady, IdempotencyMismatch, IdempotencyInProgress
├── FileError               this file cannot be read as it is; other files are not touched
│   └── UnsupportedFormat, EmptyFile, FileTooLarge, PasswordRequired, WrongPassword, BrokenFile, ParserLimit, ParserCrashed
├── DependencyError         something Proviso stands on did not do its part
│   ├── IndexUnavailable, CatalogUnavailable, StoreUnavailable, EmbedderUnavailable, RerankUnavailable, Locked
│   └── LlmError, LlmUnavailable, LlmTimeout, ContextOverflow, PromptTruncated
└── InternalError           a fault of ours, recorded at a job boundary

No HTTP status lives here: `api/problems.py` maps each leaf to one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a request or schema the fault is: a JSON pointer and a sentence."""

    pointer: str
    detail: str


class ProvisoError(Exception):
    """Root of the tree. Catch a leaf where you can act on it; the job boundary and the API catch this one."""

    code: ClassVar[str] = "error"

    def __init__(self, detail: str, *, places: Sequence[Place] = (), retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.places = tuple(places)
        self.retry_after_s = retry_after_s


class RequestError(ProvisoError):
    code = "request_error"


class InvalidRequest(RequestError):
    code = "invalid_request"


class InvalidSchema(RequestError):
    code = "invalid_schema"


class SpanOutOfRange(RequestError):
    code = "span_out_of_range"


class ScopeTooLarge(RequestError):
    code = "scope_too_large"


class BudgetReached(RequestError):
    code = "budget_reached"


class NotFound(RequestError):
    code = "not_found"


class NoPageImage(RequestError):
    code = "no_page_image"


class Unauthorized(RequestError):
    code = "unauthorized"


class Forbidden(RequestError):
    code = "forbidden"


class Conflict(RequestError):
    code = "conflict"


class DocumentNotReady(RequestError):
    code = "document_not_ready"


class IdempotencyMismatch(RequestError):
    code = "idempotency_mismatch"


class IdempotencyInProgress(RequestError):
    code = "idempotency_in_progress"


class FileError(ProvisoError):
    code = "file_error"


class UnsupportedFormat(FileError):
    code = "unsupported_format"


class EmptyFile(FileError):
    code = "empty_file"


class FileTooLarge(FileError):
    code = "file_too_large"


class PasswordRequired(FileError):
    code = "password_required"


class WrongPassword(FileError):
    code = "wrong_password"


class BrokenFile(FileError):
    code = "broken_file"


class ParserLimit(FileError):
    code = "parser_limit"


class ParserCrashed(FileError):
    code = "parser_crashed"


class DependencyError(ProvisoError):
    code = "dependency_error"
    spent: tuple[Any, ...] = ()
    """What a model server took before the fault: the `Completion` of each attempt, as far as it came."""


class IndexUnavailable(DependencyError):
    code = "index_unavailable"


class CatalogUnavailable(DependencyError):
    code = "catalog_unavailable"


class StoreUnavailable(DependencyError):
    code = "store_unavailable"


class EmbedderUnavailable(DependencyError):
    code = "embedder_unavailable"


class RerankUnavailable(DependencyError):
    """Search answers without it; only opening a reranker lets it out."""

    code = "rerank_unavailable"


class Locked(DependencyError):
    """The data folder is held by another process; `detail` names it."""

    code = "data_dir_locked"


class LlmError(DependencyError):
    code = "llm_error"


class LlmUnavailable(DependencyError):
    code = "llm_unavailable"


class LlmTimeout(DependencyError):
    code = "llm_timeout"


class ContextOverflow(DependencyError):
    code = "context_overflow"


class PromptTruncated(DependencyError):
    code = "prompt_truncated"


class InternalError(ProvisoError):
    code = "internal_error"
