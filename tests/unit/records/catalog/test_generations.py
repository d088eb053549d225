"""Which index is in use: one commit puts another to use, and only one that holds all that is live."""

from __future__ import annotations

from pathlib import Path

import pytest

from proviso.errors import CatalogUnavailable, NotFound
from proviso.types.documents import DocumentWarning
from records.catalog import documents, generations
from records.catalog.catalog import Catalog
from records.catalog.documents import Edit
from records.catalog.generations import Generation, Published, Told
from records.catalog.migrate import is_current
from tests.unit.records.catalog.builders import a_ready, an_uploaded

FIRST, NEXT = Generation(0, "minilm/384", 384, "local"), Generation(1, "letters/26", 26, "openai:letters@http://host")


def test_what_is_claimed_first_stays(catalog: Catalog) -> None:
    assert catalog.read_now(generations.in_use) is None
    assert catalog.write_now(generations.claim, FIRST) == FIRST
    assert catalog.write_now(generations.claim, NEXT) == FIRST
    assert catalog.read_now(generations.in_use) == FIRST


def test_another_index_is_put_to_use_when_it_was_filled_with_what_is_live(catalog: Catalog) -> None:
    catalog.write_now(generations.claim, FIRST)
    record = a_ready(catalog)
    seen = catalog.read_now(generations.known)
    assert set(seen) == {record.version_id}
    assert catalog.write_now(generations.switch, NEXT, seen, {})
    assert catalog.read_now(generations.in_use) == NEXT


@pytest.mark.parametrize("change", ["a new one is live", "one is renamed", "one goes"])
def test_it_is_not_while_something_else_is_live(catalog: Catalog, change: str) -> None:
    catalog.write_now(generations.claim, FIRST)
    record = a_ready(catalog)
    seen = catalog.read_now(generations.known)
    if change == "a new one is live":
        a_ready(catalog, "other.pdf")
    elif change == "one is renamed":
        catalog.write_now(documents.edit, "local", record.id, Edit(title="Lease", retitled=True))
    else:
        catalog.write_now(documents.begin_delete, "local", record.id)
    assert not catalog.write_now(generations.switch, NEXT, seen, {})
    assert catalog.read_now(generations.in_use) == FIRST
    assert catalog.write_now(generations.switch, NEXT, catalog.read_now(generations.known), {})


def test_what_is_under_way_does_not_hold_it_up(catalog: Catalog) -> None:
    catalog.write_now(generations.claim, FIRST)
    seen = catalog.read_now(generations.known)
    coming = catalog.read_now(documents.newest_version, "local", an_uploaded(catalog).id)
    catalog.write_now(documents.stage, coming.version_id, "embedding", 0.5)
    assert catalog.write_now(generations.switch, NEXT, seen, {})


def test_a_version_becomes_live_only_in_the_index_in_use(catalog: Catalog) -> None:
    coming = catalog.read_now(documents.newest_version, "local", an_uploaded(catalog).id)
    catalog.write_now(generations.claim, NEXT)
    assert catalog.write_now(generations.publish_in, coming.version_id, 3, 0) == Published(current=False)
    assert catalog.read_now(documents.live_versions) == {}
    assert catalog.write_now(generations.publish_in, coming.version_id, 3, 1) == Published(current=True)
    assert catalog.read_now(documents.live_versions) == {coming.version_id: 3}
    with pytest.raises(NotFound):
        catalog.write_now(generations.publish_in, "ver_gone", 3, 1)


def test_chunks_and_the_embedders_warnings_are_told_in_the_same_commit(catalog: Catalog) -> None:
    record = a_ready(catalog)
    told = Told(7, "language_not_embedded", (DocumentWarning("language_not_embedded", "Speaks no German."),))
    before = catalog.read_now(documents.get, "local", record.id)
    assert catalog.write_now(generations.switch, NEXT, catalog.read_now(generations.known), {record.version_id: told})
    after = catalog.read_now(documents.get, "local", record.id)
    assert (after.chunks, [each.code for each in after.warnings]) == (
        7,
        [*(each.code for each in before.warnings), "language_not_embedded"],
    )
    without = {record.version_id: Told(7, "language_not_embedded")}
    assert catalog.write_now(generations.switch, NEXT, catalog.read_now(generations.known), without)
    assert catalog.read_now(documents.get, "local", record.id).warnings == before.warnings


def test_a_look_at_a_catalog_that_is_not_there_makes_none(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    assert generations.peek(f"sqlite:///{path}") is None
    assert not path.exists()
    with pytest.raises(CatalogUnavailable):
        generations.peek("nonsense")


def test_a_look_from_outside_sees_what_is_in_use(catalog: Catalog, catalog_url: str) -> None:
    assert generations.peek(catalog_url) is None
    catalog.write_now(generations.claim, FIRST)
    assert generations.peek(catalog_url) == FIRST
    assert is_current(catalog_url)
