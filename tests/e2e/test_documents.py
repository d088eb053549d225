"""Documents as a list and as a life: cursors, collections, events, running again, deletion."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.problems import assert_problem
from tests.instruments import builders
from tests.instruments.service import events, running_service, settled, upload_bytes


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("documents")


@pytest.fixture(scope="module")
def client(data_dir: Path) -> Any:
    with running_service(data_dir) as client:
        yield client


def a_note(number: int) -> bytes:
    return builders.a_text([f"Note number {number} concerns lighthouse keepers."])


def put(client: httpx.Client, name: str, data: bytes, **fields: str) -> dict[str, Any]:
    """One document, ready or failed."""
    answer = client.post("/v1/documents", files=[("files", (name, data))], data=fields)
    assert answer.status_code == 202, answer.text
    return settled(client, [answer.json()["items"][0]["id"]])[0]


def ids(client: httpx.Client, **params: Any) -> list[str]:
    return [item["id"] for item in client.get("/v1/documents", params=params).json()["items"]]


def test_pages_of_a_list_neither_repeat_nor_skip_when_something_is_added_between(client: httpx.Client) -> None:
    files = {f"n{n}__txt": a_note(n) for n in range(5)}
    old = [item["id"] for item in upload_bytes(client, **files).json()["items"]]
    first = client.get("/v1/documents", params={"limit": 2}).json()
    assert first["next_cursor"]
    added = upload_bytes(client, late__txt=a_note(99)).json()["items"][0]["id"]
    seen = [item["id"] for item in first["items"]]
    cursor = first["next_cursor"]
    while cursor:
        page = client.get("/v1/documents", params={"limit": 2, "cursor": cursor}).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert sorted(seen) == sorted(old)
    assert ids(client)[0] == added
    times = [item["created_at"] for item in client.get("/v1/documents").json()["items"]]
    assert times == sorted(times, reverse=True)
    settled(client, [*old, added])


def test_lists_are_narrowed_by_collection_status_and_words(client: httpx.Client) -> None:
    put(client, "Lighthouse Ledger.txt", a_note(200), collection="narrow")
    put(client, "locked.pdf", builders.a_pdf(password="x"), collection="narrow")
    assert len(ids(client, collection="narrow")) == 2
    assert len(ids(client, collection="narrow", status="failed")) == 1
    assert len(ids(client, collection="narrow", q="LEDGER")) == 1
    assert ids(client, collection="narrow", q="100%_") == []
    assert ids(client, collection="nobody") == []


def test_an_unknown_status_is_refused_and_not_an_empty_list(client: httpx.Client) -> None:
    assert_problem(client.get("/v1/documents", params={"status": "redy"}), 422, "invalid_request")


@pytest.mark.parametrize("params", [{"cursor": "zzz"}, {"cursor": "W10"}, {"limit": 0}, {"limit": 201}, {"limit": "x"}])
def test_a_bad_cursor_or_limit_is_refused_by_every_list(client: httpx.Client, params: dict[str, Any]) -> None:
    for path in ("/v1/documents", "/v1/answers", "/v1/extractions"):
        problem = assert_problem(client.get(path, params=params), 422, "invalid_request")
        assert problem["errors"], path


def test_metadata_is_kept_and_filters_a_search(client: httpx.Client) -> None:
    red = put(client, "red.txt", a_note(300), collection="tagged", metadata='{"colour": "red", "year": 2019}')
    blue = put(client, "blue.txt", a_note(301), collection="tagged", metadata='{"colour": "blue", "year": 2024}')
    assert red["metadata"] == {"colour": "red", "year": 2019}

    def found(filter_: dict[str, Any]) -> set[str]:
        body = {"query": "lighthouse keepers", "collection": "tagged", "filter": filter_}
        return {hit["document_id"] for hit in client.post("/v1/search", json=body).json()["items"]}

    assert found({}) == {red["id"], blue["id"]}
    assert found({"metadata.colour": "red"}) == {red["id"]}
    assert found({"metadata.colour": {"in": ["blue", "green"]}}) == {blue["id"]}
    assert found({"metadata.year": {"gte": 2020}}) == {blue["id"]}
    assert found({"metadata.year": {"gte": 2010, "lte": 2020}}) == {red["id"]}
    assert found({"metadata.absent": "x"}) == set()
    body = {"query": "x", "filter": {"colour": "red"}}
    assert assert_problem(client.post("/v1/search", json=body), 422, "invalid_request")["errors"]


def test_deletion_leaves_no_text_no_points_and_no_file(client: httpx.Client, data_dir: Path) -> None:
    document = put(client, "gone.txt", builders.a_text(["The zanzibar clause is deleted with its document."]))
    query = {"query": "zanzibar clause"}
    assert document["id"] in {hit["document_id"] for hit in client.post("/v1/search", json=query).json()["items"]}
    points = client.get("/v1/info").json()["index"]["points"]
    stored = [path for path in (data_dir / "store").rglob("*") if document["sha256"] in path.name]
    assert stored

    assert client.delete(f"/v1/documents/{document['id']}").status_code == 204
    for path in ("", "/text", "/file", "/outline", "/events"):
        assert_problem(client.get(f"/v1/documents/{document['id']}{path}"), 404, "not_found")
    assert_problem(client.delete(f"/v1/documents/{document['id']}"), 404, "not_found")
    assert document["id"] not in {hit["document_id"] for hit in client.post("/v1/search", json=query).json()["items"]}
    assert client.get("/v1/info").json()["index"]["points"] == points - document["chunks"]
    assert not any(path.exists() for path in stored)
    assert document["id"] not in ids(client, limit=200)


def test_a_file_that_another_document_shares_stays_until_the_last_one_goes(client: httpx.Client) -> None:
    data = builders.a_text(["A file in two collections."])
    first, second = (put(client, "shared.txt", data, collection=name) for name in ("left", "right"))
    assert first["id"] != second["id"]
    assert client.delete(f"/v1/documents/{first['id']}").status_code == 204
    assert client.get(f"/v1/documents/{second['id']}/file").content == data
    again = put(client, "shared.txt", data, collection="left")
    assert again["status"] == "ready"
    assert again["id"] != first["id"]


def test_deleting_a_collection_deletes_its_documents_and_nothing_else(client: httpx.Client) -> None:
    doomed = [put(client, f"d{n}.txt", a_note(400 + n), collection="doomed")["id"] for n in range(2)]
    kept = put(client, "kept.txt", a_note(410), collection="kept")["id"]
    listed = {item["name"]: item for item in client.get("/v1/collections").json()["items"]}
    assert (listed["doomed"]["documents"], listed["doomed"]["ready"]) == (2, 2)
    assert client.delete("/v1/collections/doomed").status_code == 204
    assert all(client.get(f"/v1/documents/{id_}").status_code == 404 for id_ in doomed)
    assert client.get(f"/v1/documents/{kept}").status_code == 200
    assert_problem(client.delete("/v1/collections/doomed"), 404, "not_found")
    assert "doomed" not in {item["name"] for item in client.get("/v1/collections").json()["items"]}


def test_a_collection_with_a_slash_in_its_name_can_be_deleted(client: httpx.Client) -> None:
    for path in ("/v1/collections/deals/2026", "/v1/collections/deals%2F2026"):
        id_ = put(client, "slash.txt", a_note(420), collection="deals/2026")["id"]
        assert client.delete(path).status_code == 204
        assert_problem(client.get(f"/v1/documents/{id_}"), 404, "not_found")


def test_a_collection_whose_last_deletion_failed_half_way_can_be_deleted_again(
    client: httpx.Client, data_dir: Path
) -> None:
    id_ = put(client, "half.txt", a_note(430), collection="half-gone")["id"]
    with contextlib.closing(sqlite3.connect(data_dir / "catalog.sqlite")) as catalog, catalog:
        catalog.execute("UPDATE documents SET status = 'deleting' WHERE id = ?", (id_,))
    assert client.delete("/v1/collections/half-gone").status_code == 204
    assert_problem(client.get(f"/v1/documents/{id_}"), 404, "not_found")
    assert_problem(client.delete("/v1/collections/half-gone"), 404, "not_found")


def test_a_collection_is_deleted_while_others_delete_documents_of_it(client: httpx.Client) -> None:
    files = [("files", (f"t{n}.txt", a_note(440 + n))) for n in range(12)]
    made = client.post("/v1/documents", files=files, data={"collection": "raced"}).json()["items"]
    settled(client, [item["id"] for item in made])
    # The collection goes newest first: the oldest are gone before their turn comes.
    paths = ["/v1/collections/raced", *(f"/v1/documents/{item['id']}" for item in made[:2])]
    with ThreadPoolExecutor(len(paths)) as pool:
        statuses = list(pool.map(lambda path: client.delete(path).status_code, paths))
    assert statuses == [204, 204, 204]


def test_reading_again_takes_a_document_that_is_there_and_no_unknown_field(client: httpx.Client) -> None:
    document = put(client, "fine.txt", a_note(500))
    assert_problem(client.post("/v1/documents/doc_none/reprocess"), 404, "not_found")
    answer = client.post(f"/v1/documents/{document['id']}/reprocess", json={"passwort": "x"})
    assert_problem(answer, 422, "invalid_request")


def test_the_events_of_a_document_end_with_its_outcome(client: httpx.Client) -> None:
    item = upload_bytes(client, followed__pdf=builders.a_contract(6, clauses=2).pdf()).json()["items"][0]
    with client.stream("GET", f"/v1/documents/{item['id']}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        seen = list(events(response))
    assert {name for name, _ in seen} == {"status"}
    assert seen[-1][1]["status"] == "ready"
    progress = [data["progress"] for _, data in seen]
    assert progress == sorted(progress)


def test_one_stream_tells_of_the_changes_of_many_documents(client: httpx.Client) -> None:
    heard: list[tuple[str, dict[str, Any]]] = []
    listening = threading.Event()

    def listen() -> None:
        with client.stream("GET", "/v1/events", params={"collection": "watched"}) as response:
            listening.set()
            for name, data in events(response):
                heard.append((name, data))
                if len({change["id"] for _, change in heard}) == 2:
                    return

    listener = threading.Thread(target=listen)
    listener.start()
    assert listening.wait(10)
    put(client, "ignored.txt", a_note(600), collection="unwatched")
    wanted = {put(client, f"w{n}.txt", a_note(601 + n), collection="watched")["id"] for n in range(2)}
    listener.join(20)
    assert not listener.is_alive()
    assert {name for name, _ in heard} == {"document"}
    assert {change["id"] for _, change in heard} == wanted
    assert {change["collection"] for _, change in heard} == {"watched"}
