"""Errors that a step ended with, as the JSON that is recorded (floor 2): raised again as what they were when a job
resumes.
"""

from __future__ import annotations

from typing import Any

from proviso.errors import InternalError, Place, ProvisoError


def fault_data(error: ProvisoError) -> dict[str, Any]:
    places = [{"pointer": place.pointer, "detail": place.detail} for place in error.places]
    return {"code": error.code, "detail": error.detail, "places": places, "retry_after_s": error.retry_after_s}


def fault_from(data: dict[str, Any]) -> ProvisoError:
    """The error that `fault_data` wrote; one whose class this version does not have is an InternalError."""
    kind = _kinds(ProvisoError).get(data["code"], InternalError)
    places = [Place(**place) for place in data["places"]]
    return kind(data["detail"], places=places, retry_after_s=data["retry_after_s"])


def _kinds(root: type[ProvisoError]) -> dict[str, type[ProvisoError]]:
    found = {root.code: root}
    for kind in root.__subclasses__():
        found |= _kinds(kind)
    return found
