"""Search over HTTP: hits are spans of the text, inside the scope asked for."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import httpx
import pytest

from tests.e2e.problems import assert_problem
from tests.instruments import builders
from tests.instruments.service import settled, upload_bytes

Documents = dict[str, dict[str, Any]]
FIELDS = {
    *("document_id", "version", "title", "chunk_id", "start", "end", "page_start", "page_end", "section", "heading"),
    *("text", "score", "scores"),
}


def answer(client: httpx.Client, query: str, **more: Any) -> dict[str, Any]:
    response = client.post("/v1/search", json={"query": query, **more})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def search(client: httpx.Client, query: str, **more: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = answer(client, query, **more)["items"]
    return items


def slice_of(client: httpx.Client, hit: dict[str, Any]) -> str:
    params = {"start": hit["start"], "end": hit["end"], "version": hit["version"]}
    text: str = client.get(f"/v1/documents/{hit['document_id']}/text", params=params).json()["text"]
    return text


def test_every_hit_is_the_slice_of_the_text_that_it_claims_to_be(library: httpx.Client, documents: Documents) -> None:
    hits = search(library, "termination on written notice", limit=20)
    assert len(hits) == 20
    for hit in hits:
        assert set(hit) == FIELDS
        assert hit["text"] == slice_of(library, hit)
        document = next(d for d in documents.values() if d["id"] == hit["document_id"])
        assert hit["title"] == document["title"]
        if document["pages"] is None:
            assert hit["page_start"] is hit["page_end"] is None
        else:
            assert 1 <= hit["page_start"] <= hit["page_end"] <= document["pages"]
    scores = [hit["score"] for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_hits_do_not_overlap_and_no_more_come_than_asked_for(library: httpx.Client) -> None:
    for expand in ("none", "clause"):
        hits = search(library, "fees payment compensation", limit=15, expand=expand)
        assert 0 < len(hits) <= 15
        spans = sorted((hit["document_id"], hit["start"], hit["end"]) for hit in hits)
        assert all(one[0] != other[0] or one[2] <= other[1] for one, other in pairwise(spans)), expand


def test_what_a_contract_manager_looks_for_comes_first(library: httpx.Client, documents: Documents) -> None:
    wanted = {
        "laws of the Commonwealth of Massachusetts": "nyliac",
        "web site hosting monthly fee": "centrack",
        "Registered Referral commission": "bravatek",
    }
    for query, name in wanted.items():
        assert search(library, query, limit=1)[0]["document_id"] == documents[name]["id"], query


@pytest.mark.parametrize(
    ("query", "name", "reason"),
    [
        ("What must NYLIAC pay each quarter?", "nyliac", "words"),
        ("How can centrack-web-site-hosting.pdf be ended?", "centrack", "file_name"),
        ("how long does bravatek pay commissions?", "bravatek", "words"),
    ],
)
def test_a_search_keeps_to_the_document_that_its_question_names_and_says_by_what(
    library: httpx.Client, documents: Documents, query: str, name: str, reason: str
) -> None:
    found = answer(library, query, limit=10)
    assert found["routed_to"] == [{"document_id": documents[name]["id"], "reason": reason}]
    assert {hit["document_id"] for hit in found["items"]} == {documents[name]["id"]}
    assert {hit["scores"]["document"] for hit in found["items"]} == {1.0}


def test_a_question_that_names_no_document_is_asked_of_all_of_them(library: httpx.Client) -> None:
    found = answer(library, "Which law governs?", limit=30)
    told = {"items", "routed_to", "reranked", "not_reranked", "rewritten", "not_rewritten", "took_ms"}
    assert set(found) == told
    assert (found["routed_to"], found["reranked"], found["not_reranked"]) == ([], False, None)
    assert len({hit["document_id"] for hit in found["items"]}) > 1
    assert {hit["scores"]["document"] for hit in found["items"]} == {None}


def test_a_search_done_again_finds_the_same(library: httpx.Client) -> None:
    for query in ("Can we walk away from the deal?", "What must NYLIAC pay?"):
        first, second = answer(library, query), answer(library, query)
        assert first | {"took_ms": 0} == second | {"took_ms": 0}


def test_a_scope_of_documents_is_kept_to(library: httpx.Client, documents: Documents) -> None:
    two = {documents["nyliac"]["id"], documents["bravatek"]["id"]}
    hits = search(library, "governing law", document_ids=sorted(two), limit=50, collection="ignored")
    assert {hit["document_id"] for hit in hits} == two


def test_a_scope_is_a_collection_the_default_one_or_the_whole_workspace(
    library: httpx.Client, documents: Documents
) -> None:
    data = builders.a_text(["The walrus clause: no walrus may be kept on the premises."])
    answer = library.post("/v1/documents", files=[("files", ("w.txt", data))], data={"collection": "zoo"})
    walrus = settled(library, [answer.json()["items"][0]["id"]])[0]["id"]
    stocked = {document["id"] for document in documents.values()}
    assert {hit["document_id"] for hit in search(library, "walrus", limit=200)} <= stocked
    assert {hit["document_id"] for hit in search(library, "walrus", collection="zoo")} == {walrus}
    assert search(library, "walrus", collection=None)[0]["document_id"] == walrus
    assert {hit["document_id"] for hit in search(library, "walrus", collection=None, limit=200)} - {walrus} <= stocked
    assert search(library, "walrus", collection="nobody") == []


def test_a_grown_hit_holds_its_whole_clause(library: httpx.Client, documents: Documents) -> None:
    body = {"document_ids": [documents["nyliac"]["id"]], "limit": 1}
    query = "ninety days notice terminate FIIOC"
    plain, grown = search(library, query, **body)[0], search(library, query, expand="clause", **body)[0]
    assert grown["start"] <= plain["start"]
    assert plain["end"] <= grown["end"]
    assert grown["text"] == slice_of(library, grown)
    assert "4. Termination." in grown["text"]
    assert "no notice need be given hereunder" in grown["text"]


def test_a_named_document_that_is_not_ready_is_a_conflict_and_an_unknown_one_not_found(library: httpx.Client) -> None:
    failed = upload_bytes(library, locked__pdf=builders.a_pdf(password="x")).json()["items"][0]["id"]
    settled(library, [failed])
    for path, body in (
        ("/v1/search", {"query": "x"}),
        ("/v1/ask", {"question": "x"}),
        ("/v1/context", {"question": "x"}),
    ):
        refused = library.post(path, json=body | {"document_ids": [failed]})
        assert failed in assert_problem(refused, 409, "document_not_ready")["detail"]
        missing = library.post(path, json=body | {"document_ids": ["doc_unknown"]})
        assert "doc_unknown" in assert_problem(missing, 404, "not_found")["detail"]
    assert search(library, "web site hosting")
    library.delete(f"/v1/documents/{failed}")


def test_a_query_in_any_script_and_of_any_length_is_answered(library: httpx.Client) -> None:
    for query in ("?", "§ 4.2(b)", "условия расторжения", "契約の解除", "a" * 5000, "termination " * 800, "\x00\x07"):
        assert library.post("/v1/search", json={"query": query}).status_code in (200, 422), query[:20]
