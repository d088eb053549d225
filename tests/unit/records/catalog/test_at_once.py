"""Two that change one document at the same moment: on Postgres each sees what the other has done, as on SQLite, which has one writer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from proviso.errors import Conflict, NotFound
from records.catalog import documents
from records.catalog.catalog import Catalog
from tests.unit.records.catalog.builders import a_ready, an_upload, an_uploaded

ROUNDS = 12


def refused_at_once(*works: Callable[[], Any]) -> list[bool]:
    """Whether each was refused by a Conflict or NotFound; any other fault is raised."""
    with ThreadPoolExecutor(len(works)) as pool:
        futures = [pool.submit(work) for work in works]
    refused = [isinstance(future.exception(), Conflict | NotFound) for future in futures]
    for future, no in zip(futures, refused, strict=True):
        if not no:
            future.result()
    return refused


def test_of_two_next_versions_one_is_taken_and_the_other_is_a_conflict(catalog: Catalog) -> None:
    for n in range(ROUNDS):
        record = a_ready(catalog, f"a-{n}.pdf")
        news = (an_upload(f"{name}-{n}.pdf") for name in ("b", "c"))
        refused = refused_at_once(*(partial(catalog.write_now, documents.replace, record.id, new) for new in news))
        assert sorted(refused) == [False, True]


def test_a_document_whose_deletion_has_begun_does_not_come_back(catalog: Catalog) -> None:
    for n in range(ROUNDS):
        record = an_uploaded(catalog, f"a-{n}.pdf")
        refused_at_once(
            partial(catalog.write_now, documents.stage, record.version_id, "embedding", 0.5),
            partial(catalog.write_now, documents.publish, record.version_id, 3),
            partial(catalog.write_now, documents.begin_delete, "local", record.id),
        )
        assert [each.id for each in catalog.read_now(documents.deleting)] == [record.id]
        catalog.write_now(documents.finish_delete, record.id)
