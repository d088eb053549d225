"""What a scope covers, and the metadata filter."""

from __future__ import annotations

from typing import Any

import pytest

from proviso.errors import DocumentNotReady, InvalidRequest, NotFound
from proviso.types.search import Scope
from records.catalog import documents
from records.catalog.catalog import Catalog
from records.catalog.filters import compile_filter
from tests.unit.records.catalog.builders import a_failed, a_ready, an_uploaded


def test_a_collection_gives_its_live_documents_and_lists_the_others(catalog: Catalog) -> None:
    ready, waiting, failed = a_ready(catalog, "a"), an_uploaded(catalog, "b"), a_failed(catalog, "c")
    a_ready(catalog, "d", collection="archive")
    a_ready(catalog, "e", workspace="acme")
    scope = catalog.read_now(documents.resolve_scope, Scope("local"))
    assert [document.document_id for document in scope.documents] == [ready.id]
    assert (scope.not_ready, scope.failed) == ((waiting.id,), (failed.id,))


def test_a_readable_document_says_what_of_it_can_be_read(catalog: Catalog) -> None:
    record = a_ready(catalog)
    (document,) = catalog.read_now(documents.resolve_scope, Scope("local")).documents
    assert (document.version_id, document.version) == (record.version_id, 1)
    assert (document.title, document.filename) == ("Master Services Agreement", "msa.pdf")
    assert (document.chars, document.tokens, document.pages, document.unread_pages) == (5_000, 1_100, 2, (2,))


def test_no_collection_means_the_whole_workspace_oldest_first(catalog: Catalog) -> None:
    ids = [a_ready(catalog, f"{n}", collection=f"c{n % 2}").id for n in range(4)]
    scope = catalog.read_now(documents.resolve_scope, Scope("local", collection=None))
    assert [document.document_id for document in scope.documents] == ids


def test_named_documents_come_in_the_order_named_whatever_their_collection(catalog: Catalog) -> None:
    ids = [a_ready(catalog, f"{n}", collection=f"c{n}").id for n in range(3)]
    named = (ids[2], ids[0], ids[2])
    scope = catalog.read_now(documents.resolve_scope, Scope("local", document_ids=named))
    assert [document.document_id for document in scope.documents] == [ids[2], ids[0]]


def test_more_documents_than_the_database_takes_variables_can_be_named(catalog: Catalog) -> None:
    ids = tuple(a_ready(catalog, f"{n}").id for n in range(3))
    many = ids + tuple(f"doc_{n}" for n in range(2_000))
    with pytest.raises(NotFound, match=r"doc_0, doc_1, doc_2, doc_3, doc_4 …"):
        catalog.read_now(documents.resolve_scope, Scope("local", document_ids=many))


def test_an_unknown_document_is_not_found_and_another_workspaces_is_unknown(catalog: Catalog) -> None:
    other = a_ready(catalog, workspace="acme")
    for document_id in ("doc_none", other.id):
        with pytest.raises(NotFound, match=document_id):
            catalog.read_now(documents.resolve_scope, Scope("local", document_ids=(document_id,)))


def test_a_named_document_that_is_not_ready_stops_a_question_but_not_an_extraction(catalog: Catalog) -> None:
    waiting, failed = an_uploaded(catalog, "a"), a_failed(catalog, "b")
    scope = Scope("local", document_ids=(waiting.id, failed.id))
    with pytest.raises(DocumentNotReady, match=r"a .* is queued; wait"):
        catalog.read_now(documents.resolve_scope, scope)
    assert catalog.read_now(documents.extraction_scope, scope) == (waiting.id, failed.id)


def test_a_live_document_stays_readable_while_it_is_processed_again(catalog: Catalog) -> None:
    record = a_ready(catalog)
    catalog.write_now(documents.requeue, "local", record.id, None)
    scope = catalog.read_now(documents.resolve_scope, Scope("local", document_ids=(record.id,)))
    assert [document.version_id for document in scope.documents] == [record.version_id]


def test_a_filter_narrows_a_scope_by_metadata(catalog: Catalog) -> None:
    old = a_ready(catalog, "a", metadata={"year": 2019, "vendor": "ACME"})
    new = a_ready(catalog, "b", metadata={"year": 2024, "vendor": "Beta"})
    a_ready(catalog, "c")

    def ids(**condition: Any) -> list[str]:
        wanted = {f"metadata.{name}": value for name, value in condition.items()}
        found = catalog.read_now(documents.resolve_scope, Scope("local", filter=wanted))
        return [document.document_id for document in found.documents]

    assert ids(vendor="ACME") == [old.id]
    assert ids(vendor={"in": ["ACME", "Beta"]}) == [old.id, new.id]
    assert ids(year={"gte": 2020}) == [new.id]
    assert ids(year={"gte": 2019, "lte": 2020}, vendor="Beta") == []


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        ("a", "a", True),
        ("a", "A", False),
        (1, 1.0, True),
        (True, 1, False),
        (1, True, False),
        (None, None, True),
        ("x", ["x", "y"], True),
        ({"in": ["x"]}, ["x", "y"], True),
        ({"in": []}, "x", False),
        ({"gte": 1}, 1, True),
        ({"gte": 1}, "2", False),
        ({"gte": 1}, True, False),
        ({"lte": "2026-01-01"}, "2025-12-31", True),
        ({"lte": "2026-01-01"}, 5, False),
        ({"gte": 2, "lte": 3}, 4, False),
    ],
)
def test_a_condition_compares_as_json_does(condition: Any, value: Any, holds: bool) -> None:
    assert compile_filter({"metadata.x": condition})({"x": value}) is holds


def test_a_document_without_the_field_never_fits_not_even_null() -> None:
    assert not compile_filter({"metadata.x": None})({})
    assert not compile_filter({"metadata.x": {"gte": 1}})({})
    assert compile_filter({})({})


@pytest.mark.parametrize(
    "wanted",
    [
        {"vendor": "ACME"},
        {"metadata.": 1},
        {"metadata.x": [1]},
        {"metadata.x": {}},
        {"metadata.x": {"like": "a"}},
        {"metadata.x": {"in": "a"}},
        {"metadata.x": {"gte": 1, "lte": "z"}},
        {"metadata.x": {"gte": None}},
        {"metadata.x": {"gte": 1, "in": [1]}},
    ],
)
def test_a_filter_that_is_none_names_its_place(wanted: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        compile_filter(wanted)
    assert caught.value.places[0].pointer == f"/filter/{next(iter(wanted))}"
