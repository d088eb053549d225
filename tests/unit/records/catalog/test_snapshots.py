"""What is kept of a workspace from request to request is what the database holds, whatever has changed, and whoever changed it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from proviso.types.search import ResolvedScope, Scope
from records.catalog import changes, documents
from records.catalog.catalog import Catalog
from records.catalog.documents import Edit
from records.catalog.snapshots import Listed, Snapshots, read_snapshot
from records.catalog.tables import changes as log
from tests.unit.records.catalog.builders import a_failed, a_ready, an_upload, an_uploaded, facts

SCOPES = (
    Scope("local", None),
    Scope("local"),
    Scope("local", "archive"),
    Scope("local", None, None, {"metadata.x": 1}),
)
Change = Callable[[Catalog, str], object]


def _republished(catalog: Catalog, document_id: str) -> None:
    catalog.write_now(documents.requeue, "local", document_id, None)
    coming = catalog.read_now(documents.newest_version, "local", document_id).version_id
    catalog.write_now(documents.parsed, coming, facts(title="Second", chars=1))
    catalog.write_now(documents.publish, coming, 3)


def _deleted(catalog: Catalog, document_id: str) -> None:
    catalog.write_now(documents.begin_delete, "local", document_id)
    catalog.write_now(documents.finish_delete, document_id)


CHANGES: dict[str, Change] = {
    "an upload": lambda catalog, _: an_uploaded(catalog, "new"),
    "another document": lambda catalog, _: a_ready(catalog, "new", collection="archive"),
    "a failure": lambda catalog, _: a_failed(catalog, "new"),
    "another workspace's document": lambda catalog, _: a_ready(catalog, "new", workspace="acme"),
    "a new version": _republished,
    "other bytes on their way": lambda catalog, it: catalog.write_now(documents.replace, it, an_upload("other")),
    "a file name": lambda catalog, it: catalog.write_now(
        documents.replace, it, an_upload("other", sha256=an_upload("a").sha256)
    ),
    "a title": lambda catalog, it: catalog.write_now(documents.edit, "local", it, Edit("Mine", retitled=True)),
    "metadata": lambda catalog, it: catalog.write_now(documents.edit, "local", it, Edit(metadata={"x": 1})),
    "a move": lambda catalog, it: catalog.write_now(documents.edit, "local", it, Edit(collection="archive")),
    "a deletion begun": lambda catalog, it: catalog.write_now(documents.begin_delete, "local", it),
    "a deletion": _deleted,
    "a collection's deletion": lambda catalog, _: catalog.write_now(
        documents.begin_delete_collection, "local", "default"
    ),
}


@pytest.fixture
def other(catalog_url: str, catalog: Catalog) -> Iterator[Catalog]:
    """The catalog as another process has it open."""
    opened = Catalog.open(catalog_url)
    yield opened
    opened.close()


def _seen(catalog: Catalog) -> list[ResolvedScope]:
    return [catalog.read_now(documents.resolve_scope, scope) for scope in SCOPES]


def _read(catalog: Catalog) -> list[ResolvedScope]:
    """What a session finds that keeps nothing."""
    return [catalog.write_now(documents.resolve_scope, scope) for scope in SCOPES]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_seen_at_once_here_and_in_another_process(
    catalog: Catalog, other: Catalog, change: str
) -> None:
    first = a_ready(catalog, "a")
    a_ready(catalog, "b", metadata={"x": 1})
    an_uploaded(catalog, "c")
    assert _seen(catalog) == _seen(other) == _read(catalog)
    CHANGES[change](other, first.id)
    assert _seen(catalog) == _seen(other) == _read(catalog)


def test_changes_that_come_together_are_all_seen(catalog: Catalog, other: Catalog) -> None:
    ids = [a_ready(catalog, f"{n}").id for n in range(3)]
    _seen(catalog)
    catalog.write_now(documents.edit, "local", ids[0], Edit(collection="archive"))
    _deleted(other, ids[1])
    a_ready(other, "new")
    _republished(other, ids[2])
    assert _seen(catalog) == _read(catalog)


def test_more_changes_than_are_followed_one_by_one_are_seen(catalog: Catalog) -> None:
    kept = Snapshots(followed_documents=2)
    catalog.write_now(kept.of, "local")
    for n in range(4):
        a_ready(catalog, f"{n}")
    assert catalog.write_now(kept.of, "local").listed == _all(catalog)


def test_a_change_that_the_log_has_forgotten_is_seen(catalog: Catalog) -> None:
    record = a_ready(catalog)
    kept = Snapshots(followed_s=-1.0)  # as after the hour in which the log is followed
    catalog.write_now(kept.of, "local")
    _deleted(catalog, record.id)
    a_ready(catalog, "later", workspace="acme")
    catalog.write_now(_age_all)
    catalog.write_now(changes.expire)
    assert catalog.write_now(kept.of, "local").listed == _all(catalog) == {}


def test_what_was_not_committed_is_never_kept(catalog: Catalog) -> None:
    record = a_ready(catalog)
    before = _seen(catalog)

    def half(session: Session) -> None:
        documents.begin_delete(session, "local", record.id)
        assert not documents.resolve_scope(session, SCOPES[0]).documents
        raise KeyError

    with pytest.raises(KeyError):
        catalog.write_now(half)
    assert _seen(catalog) == before


def test_what_is_kept_is_bounded_and_the_last_workspace_stays(catalog: Catalog) -> None:
    for workspace in ("a", "b"):
        for n in range(3):
            a_ready(catalog, f"{n}", workspace=workspace)
    kept = Snapshots(most=2)
    first = catalog.write_now(kept.of, "a")
    assert catalog.write_now(kept.of, "a") is first
    catalog.write_now(kept.of, "b")
    assert catalog.write_now(kept.of, "a") is not first


def test_nothing_is_read_again_while_nothing_has_changed(catalog: Catalog) -> None:
    a_ready(catalog)
    kept = Snapshots()
    assert catalog.write_now(kept.of, "local") is catalog.write_now(kept.of, "local")


def _all(catalog: Catalog) -> dict[str, Listed]:
    return catalog.write_now(read_snapshot, "local", 0).listed


def _age_all(session: Session) -> None:
    session.execute(sa.update(log).values(at=datetime.now(UTC) - timedelta(days=2)))
