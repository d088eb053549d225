"""Errors survive being recorded."""

from __future__ import annotations

import json

import pytest

from proviso.errors import InternalError, Place, ProvisoError
from records.jobs.faults import fault_data, fault_from


def every_kind(root: type[ProvisoError] = ProvisoError) -> list[type[ProvisoError]]:
    return [root, *(kind for child in root.__subclasses__() for kind in every_kind(child))]


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.__name__)
def test_every_error_comes_back_as_itself(kind: type[ProvisoError]) -> None:
    error = kind("what happened", places=[Place("/a/0", "here")], retry_after_s=1.5)
    again = fault_from(json.loads(json.dumps(fault_data(error))))
    assert type(again) is kind
    assert (again.detail, again.places, again.retry_after_s) == (error.detail, error.places, error.retry_after_s)


def test_an_error_of_a_later_version_is_an_internal_one() -> None:
    data = {"code": "from_the_future", "detail": "what happened", "places": [], "retry_after_s": None}
    assert type(fault_from(data)) is InternalError
