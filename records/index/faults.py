"""Faults of a Qdrant server (records, pure): what happened in one sentence, and whether asking again can help."""

from __future__ import annotations

from dataclasses import dataclass

from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

CLIENT_FAULTS = (ApiException, QdrantException)
PASSING_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
CONFLICT = 409
NO_ACCESS = frozenset({401, 403})
LONGEST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Fault:
    """What a server did not do. `wait_s` is what it asked for, when it did."""

    sentence: str
    passing: bool
    wait_s: float | None = None


def fault_of(raised: ApiException | QdrantException) -> Fault:
    """The fault behind what the client raised."""
    if isinstance(raised, ResourceExhaustedResponse):
        return Fault(f"it is over its limit ({raised})", passing=True, wait_s=float(raised.retry_after_s))
    if isinstance(raised, UnexpectedResponse):
        return _of_status(raised)
    if isinstance(raised, ResponseHandlingException):
        source = raised.source
        return Fault(f"it cannot be reached ({type(source).__name__}: {source})"[:LONGEST_WORDS], passing=True)
    return Fault(f"it is over its limit ({raised})"[:LONGEST_WORDS], passing=True)


def is_conflict(raised: ApiException | QdrantException) -> bool:
    """Whether another process made the same thing first."""
    return isinstance(raised, UnexpectedResponse) and raised.status_code == CONFLICT


def _of_status(raised: UnexpectedResponse) -> Fault:
    words = raised.content.decode("utf-8", "replace")[:LONGEST_WORDS]
    if raised.status_code in NO_ACCESS:
        return Fault(f"it refused the API key (status {raised.status_code}): set PROVISO_QDRANT_API_KEY", passing=False)
    return Fault(f"it answered with status {raised.status_code}: {words}", passing=raised.status_code in PASSING_STATUS)
