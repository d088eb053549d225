"""A document gets other bytes: the old version answers until the new one is ready, and stays as long as it is cited."""

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
from tests.instruments.service import events, finished, running_service, settled

SCHEMA = {"type": "object", "properties": {"law": {"type": "string", "title": "Governing law"}}}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("versions")


@pytest.fixture(scope="module")
def client(data_dir: Path) -> Any:
    with running_service(data_dir) as client:
        yield client


def a_pdf(*lines: str) -> bytes:
    return builders.a_pdf([list(lines)])


def add(client: httpx.Client, name: str, data: bytes, **fields: str) -> dict[str, Any]:
    """One document, ready or failed."""
    answer = client.post("/v1/documents", files=[("files", (name, data))], data=fields)
    assert answer.status_code == 202, answer.text
    return settled(client, [answer.json()["items"][0]["id"]])[0]


def put(
    client: httpx.Client, id_: str, name: str, data: bytes, key: str | None = None, **fields: str
) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return client.put(f"/v1/documents/{id_}", files={"file": (name, data)}, data=fields, headers=headers)


def arrived(client: httpx.Client, id_: str) -> dict[str, Any]:
    """The document once no version is on its way; also tests that its own event stream lasts that long."""
    with client.stream("GET", f"/v1/documents/{id_}/events") as response:
        last: dict[str, Any] = list(events(response))[-1][1]
    assert last["pending"] is None or last["pending"]["status"] == "failed"
    return last


def text(client: httpx.Client, id_: str, **params: Any) -> str:
    answer = client.get(f"/v1/documents/{id_}/text", params=params)
    assert answer.status_code == 200, answer.text
    words: str = answer.json()["text"]
    return words


def found(client: httpx.Client, query: str, id_: str) -> list[str]:
    body = {"query": query, "document_ids": [id_], "limit": 3}
    return [hit["text"] for hit in client.post("/v1/search", json=body).json()["items"]]


def stored(data_dir: Path, part: str) -> list[Path]:
    return [path for path in (data_dir / "store").rglob("*") if path.is_file() and part in str(path)]


def in_catalog(data_dir: Path, query: str, *values: Any) -> list[Any]:
    with contextlib.closing(sqlite3.connect(data_dir / "catalog.sqlite", timeout=20)) as catalog, catalog:
        return catalog.execute(query, values).fetchall()


def long_retired(data_dir: Path, id_: str) -> None:
    """As if its retired versions had been retired two hours ago."""
    in_catalog(
        data_dir, "UPDATE versions SET retired_at = '2026-01-01 00:00:00.000000' WHERE document_id = ?"
        " AND retired_at IS NOT NULL", id_
    )  # fmt: skip


def points(client: httpx.Client) -> int:
    count: int = client.get("/v1/info").json()["index"]["points"]
    return count


def chunks(client: httpx.Client) -> int:
    items = client.get("/v1/documents", params={"limit": 200}).json()["items"]
    return sum(item["chunks"] or 0 for item in items)


def test_other_bytes_become_the_next_version_which_answers_when_it_is_ready(client: httpx.Client) -> None:
    old = add(client, "terms.pdf", a_pdf("The fee is ten dollars."))
    answer = put(client, old["id"], "terms-2.pdf", a_pdf("The fee is twenty dollars."))
    assert answer.status_code == 202, answer.text
    body = answer.json()
    assert (body["id"], body["version"], body["status"], body["filename"]) == (old["id"], 1, "ready", "terms.pdf")
    assert (body["pending"]["version"], body["pending"]["filename"]) == (2, "terms-2.pdf")
    new = arrived(client, old["id"])
    assert (new["version"], new["filename"], new["status"], new["error"]) == (2, "terms-2.pdf", "ready", None)
    assert new["sha256"] != old["sha256"]
    assert new["created_at"] == old["created_at"]
    assert "twenty" in text(client, old["id"])
    assert found(client, "fee in dollars", old["id"]) == ["The fee is twenty dollars."]
    assert points(client) == chunks(client)


def test_every_version_that_is_kept_can_be_read_by_its_number(client: httpx.Client) -> None:
    first, second = a_pdf("Of wolves."), a_pdf("Of bears.")
    id_ = add(client, "beasts.pdf", first)["id"]
    put(client, id_, "beasts.pdf", second)
    arrived(client, id_)
    for number, words, data in ((1, "Of wolves.", first), (2, "Of bears.", second)):
        assert text(client, id_, version=number) == words
        params = {"version": number}
        assert client.get(f"/v1/documents/{id_}/file", params=params).content == data
        assert client.get(f"/v1/documents/{id_}/pages/1", params=params).json()["text"] == words
        boxes = client.get(f"/v1/documents/{id_}/boxes", params=params | {"start": 3, "end": 8}).json()
        assert len(boxes[0]["boxes"]) == 1
        image = client.get(f"/v1/documents/{id_}/pages/1/image", params=params)
        assert image.content.startswith(b"\x89PNG")
        for path in ("outline", "definitions", "references", "tables", "marks", "form_fields", "attachments"):
            assert client.get(f"/v1/documents/{id_}/{path}", params=params).status_code == 200, path
    kept = client.get(f"/v1/documents/{id_}/versions").json()["items"]
    assert [(each["version"], each["status"]) for each in kept] == [(2, "live"), (1, "retired")]
    for path in ("text", "file", "outline", "tables"):
        problem = assert_problem(client.get(f"/v1/documents/{id_}/{path}", params={"version": 9}), 404, "not_found")
        assert "no version 9" in problem["detail"]


def test_the_bytes_of_the_live_version_again_are_nothing_new_but_for_their_name(client: httpx.Client) -> None:
    data = a_pdf("Always the same.")
    old = add(client, "same.pdf", data)
    answer = put(client, old["id"], "renamed.pdf", data)
    assert answer.status_code == 200
    assert (answer.json()["filename"], answer.json()["version"], answer.json()["pending"]) == ("renamed.pdf", 1, None)
    assert [item["id"] for item in client.get("/v1/documents", params={"q": "renamed"}).json()["items"]] == [old["id"]]
    assert len(client.get(f"/v1/documents/{old['id']}/versions").json()["items"]) == 1


def test_a_second_version_while_one_is_on_its_way_is_a_conflict_and_leaves_no_file(
    client: httpx.Client, data_dir: Path
) -> None:
    old = add(client, "busy.pdf", a_pdf("The first."))
    versions = [builders.a_contract(seed, clauses=40).pdf() for seed in (901, 902, 903)]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda data: put(client, old["id"], "busy.pdf", data), versions))
    taken = [answer for answer in answers if answer.status_code == 202]
    assert len(taken) == 1
    for answer in answers:
        if answer not in taken:
            assert "version 2" in assert_problem(answer, 409, "conflict")["detail"].lower()
    assert_problem(client.post(f"/v1/documents/{old['id']}/reprocess"), 409, "conflict")
    new = arrived(client, old["id"])
    assert new["version"] == 2
    kept = {name for (name,) in in_catalog(data_dir, "SELECT sha256 FROM versions")}
    client.delete(f"/v1/documents/{add(client, 'sweep.txt', b'to sweep')['id']}")
    assert {path.name for path in stored(data_dir, "/files/")} <= kept


def test_a_version_that_fails_leaves_the_old_one_live_and_says_why(client: httpx.Client, data_dir: Path) -> None:
    id_ = add(client, "sound.pdf", a_pdf("The walrus clause."))["id"]
    assert put(client, id_, "locked.pdf", builders.a_pdf(password="x")).status_code == 202
    after = arrived(client, id_)
    assert (after["status"], after["version"], after["filename"]) == ("ready", 1, "sound.pdf")
    assert (after["pending"]["version"], after["pending"]["status"]) == (2, "failed")
    assert after["pending"]["error"]["code"] == "password_required"
    assert found(client, "walrus", id_) == ["The walrus clause."]
    assert_problem(client.get(f"/v1/documents/{id_}/text", params={"version": 2}), 409, "document_not_ready")

    assert client.post(f"/v1/documents/{id_}/reprocess", json={"password": "x"}).status_code == 202
    opened = arrived(client, id_)
    assert (opened["version"], opened["filename"], opened["pending"], opened["error"]) == (2, "locked.pdf", None, None)

    put(client, id_, "again.pdf", builders.a_pdf(password="y"))
    broken = arrived(client, id_)["pending"]
    assert (broken["version"], broken["status"]) == (3, "failed")
    assert stored(data_dir, broken["sha256"])
    assert put(client, id_, "fine.pdf", a_pdf("After all.")).status_code == 202
    assert (arrived(client, id_)["version"], text(client, id_)) == (4, "After all.")
    client.delete(f"/v1/documents/{add(client, 'sweep.txt', b'swept again')['id']}")
    assert not stored(data_dir, broken["sha256"])


def test_a_failed_document_becomes_ready_with_other_bytes(client: httpx.Client) -> None:
    failed = add(client, "shut.pdf", builders.a_pdf(password="z"))
    assert failed["status"] == "failed"
    answer = put(client, failed["id"], "open.pdf", a_pdf("Open at last."))
    assert (answer.status_code, answer.json()["status"], answer.json()["error"]) == (202, "queued", None)
    after = arrived(client, failed["id"])
    assert (after["status"], after["version"], after["filename"]) == ("ready", 2, "open.pdf")
    assert text(client, failed["id"]) == "Open at last."


def test_bytes_that_another_document_of_the_collection_has_are_refused(client: httpx.Client) -> None:
    mine = add(client, "mine.pdf", a_pdf("Mine."), collection="pair")
    theirs = add(client, "theirs.pdf", a_pdf("Theirs."), collection="pair")
    problem = assert_problem(put(client, mine["id"], "x.pdf", a_pdf("Theirs.")), 409, "conflict")
    assert theirs["id"] in problem["detail"]
    after = client.get(f"/v1/documents/{mine['id']}").json()
    assert (after["version"], after["pending"]) == (1, None)
    elsewhere = add(client, "other.pdf", a_pdf("Elsewhere."), collection="other-pair")
    assert put(client, elsewhere["id"], "x.pdf", a_pdf("Theirs.")).status_code == 202
    arrived(client, elsewhere["id"])


def test_an_upload_of_bytes_that_are_on_their_way_to_a_document_is_that_document(client: httpx.Client) -> None:
    id_ = add(client, "one.pdf", a_pdf("One."), collection="coming")["id"]
    coming = builders.a_contract(905, clauses=40).pdf()
    assert put(client, id_, "two.pdf", coming).status_code == 202
    upload = client.post("/v1/documents", files=[("files", ("two.pdf", coming))], data={"collection": "coming"})
    item = upload.json()["items"][0]
    after = arrived(client, id_)
    assert (item["id"], item["duplicate"], item["sha256"]) == (id_, True, after["sha256"])
    assert len(client.get("/v1/documents", params={"collection": "coming"}).json()["items"]) == 1


def test_what_cannot_be_a_version_is_refused_and_leaves_the_document_alone(client: httpx.Client) -> None:
    id_ = add(client, "kept.pdf", a_pdf("Kept."))["id"]
    assert_problem(put(client, id_, "tool.exe", builders.not_a_pdf()), 415, "unsupported_format")
    assert_problem(put(client, id_, "none.txt", b""), 422, "empty_file")
    assert_problem(put(client, "doc_none", "x.pdf", a_pdf("X.")), 404, "not_found")
    assert_problem(client.put(f"/v1/documents/{id_}"), 422, "invalid_request")
    assert client.get(f"/v1/documents/{id_}").json()["pending"] is None


def test_a_replacement_of_two_files_is_refused_rather_than_guessed(client: httpx.Client) -> None:
    old = add(client, "one.pdf", a_pdf("There can be only one."))
    two = [("file", ("two.pdf", a_pdf("The second."))), ("file", ("three.pdf", a_pdf("The third.")))]
    assert_problem(client.put(f"/v1/documents/{old['id']}", files=two), 422, "invalid_request")
    assert client.get(f"/v1/documents/{old['id']}").json()["version"] == 1


def test_a_replacement_sent_again_with_its_key_is_answered_alike_and_done_once(client: httpx.Client) -> None:
    id_ = add(client, "keyed.pdf", a_pdf("Before."))["id"]
    first = put(client, id_, "keyed.pdf", a_pdf("After."), key="put-1")
    second = put(client, id_, "keyed.pdf", a_pdf("After."), key="put-1")
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert arrived(client, id_)["version"] == 2
    assert_problem(put(client, id_, "keyed.pdf", a_pdf("Else."), key="put-1"), 422, "idempotency_mismatch")


def test_a_ready_document_can_be_read_again_as_a_new_version_of_the_same_bytes(client: httpx.Client) -> None:
    old = add(client, "reread.pdf", a_pdf("Read me twice."))
    answer = client.post(f"/v1/documents/{old['id']}/reprocess")
    assert (answer.status_code, answer.json()["pending"]["version"]) == (202, 2)
    new = arrived(client, old["id"])
    assert (new["version"], new["sha256"]) == (2, old["sha256"])
    assert text(client, old["id"]) == text(client, old["id"], version=1) == "Read me twice."
    assert points(client) == chunks(client)


def test_title_metadata_and_collection_are_changed_and_stay_whatever_version_comes(client: httpx.Client) -> None:
    id_ = add(client, "plain.txt", b"A plain agreement about moths.", metadata='{"vendor": "A", "year": 1}')["id"]
    changed = client.patch(f"/v1/documents/{id_}", json={"title": " Moth deal ", "metadata": {"vendor": "B"}}).json()
    assert (changed["title"], changed["metadata"], changed["collection"]) == ("Moth deal", {"vendor": "B"}, "default")
    moved = client.patch(f"/v1/documents/{id_}", json={"collection": "moths"}).json()
    assert (moved["title"], moved["collection"]) == ("Moth deal", "moths")
    assert [item["id"] for item in client.get("/v1/documents", params={"q": "moth deal"}).json()["items"]] == [id_]
    put(client, id_, "newer.txt", b"A newer agreement about moths.")
    after = arrived(client, id_)
    assert (after["title"], after["metadata"], after["collection"]) == ("Moth deal", {"vendor": "B"}, "moths")
    hits = client.post("/v1/search", json={"query": "moths", "collection": "moths"}).json()["items"]
    assert [(hit["document_id"], hit["title"], hit["version"]) for hit in hits] == [(id_, "Moth deal", 2)]
    own = client.patch(f"/v1/documents/{id_}", json={"title": None}).json()
    assert own["title"] != "Moth deal"
    before = client.get(f"/v1/documents/{id_}").json()
    assert client.patch(f"/v1/documents/{id_}", json={}).json() == before


def routed(client: httpx.Client, query: str, collection: str) -> list[dict[str, str]]:
    answer = client.post("/v1/search", json={"query": query, "collection": collection})
    assert answer.status_code == 200, answer.text
    routes: list[dict[str, str]] = answer.json()["routed_to"]
    return routes


def test_a_document_is_named_by_its_new_title_and_no_more_by_the_old_one(client: httpx.Client) -> None:
    ids = [
        add(client, f"{n}.txt", f"A plain agreement about moths, number {n}.".encode(), collection="titled")["id"]
        for n in range(3)
    ]
    assert routed(client, "What does the Juniper Deal say?", "titled") == []
    for title in ("Juniper Deal", "Alberta Deal"):
        assert client.patch(f"/v1/documents/{ids[1]}", json={"title": title}).status_code == 200
        assert routed(client, f"What does the {title} say?", "titled") == [{"document_id": ids[1], "reason": "title"}]
    assert routed(client, "What does the Juniper Deal say?", "titled") == []
    put(client, ids[1], "newer.txt", b"A newer agreement about moths.")
    arrived(client, ids[1])
    assert routed(client, "What does the Alberta Deal say?", "titled") == [{"document_id": ids[1], "reason": "title"}]


def test_a_document_that_is_deleted_is_named_no_more(client: httpx.Client) -> None:
    kept, gone = (add(client, f"{name}-deal.txt", name.encode(), collection="gone") for name in ("quxor", "blorptek"))
    assert routed(client, "Who pays Blorptek?", "gone") == [{"document_id": gone["id"], "reason": "words"}]
    assert client.delete(f"/v1/documents/{gone['id']}").status_code == 204
    assert routed(client, "Who pays Blorptek?", "gone") == []
    assert [hit["document_id"] for hit in found_in(client, "Blorptek", "gone")] == [kept["id"]]


def found_in(client: httpx.Client, query: str, collection: str) -> list[dict[str, Any]]:
    hits: list[dict[str, Any]] = client.post("/v1/search", json={"query": query, "collection": collection}).json()[
        "items"
    ]
    return hits


def test_a_change_that_does_not_fit_is_refused(client: httpx.Client) -> None:
    one = add(client, "a.txt", b"The same in two places.", collection="here")["id"]
    add(client, "a.txt", b"The same in two places.", collection="there")
    path = f"/v1/documents/{one}"
    assert_problem(client.patch(path, json={"collection": "there"}), 409, "conflict")
    for body in ({"filename": "x"}, {"collection": None}, {"collection": ""}, {"metadata": None}, {"title": " "}, []):
        assert_problem(client.patch(path, json=body), 422, "invalid_request")
    assert_problem(client.patch("/v1/documents/doc_none", json={"title": "x"}), 404, "not_found")
    assert client.get(path).json()["collection"] == "here"


def test_documents_are_looked_up_by_their_bytes(client: httpx.Client) -> None:
    known = add(client, "known.txt", b"Looked up.", collection="lookup")
    body = {"collection": "lookup", "sha256": [known["sha256"], "0" * 64]}
    assert client.post("/v1/documents/lookup", json=body).json()["items"] == [known]
    assert client.post("/v1/documents/lookup", json=body | {"collection": "elsewhere"}).json()["items"] == []
    assert_problem(client.post("/v1/documents/lookup", json={"sha256": ["x"]}), 422, "invalid_request")


def test_evidence_of_an_old_answer_opens_at_its_place_as_long_as_the_answer_is_kept(
    client: httpx.Client, data_dir: Path
) -> None:
    id_ = add(client, "cited.pdf", a_pdf("The otter clause says: no otters."))["id"]
    answer = client.post("/v1/ask", json={"question": "What of otters?", "document_ids": [id_]}).json()
    (item,) = answer["evidence"]
    put(client, id_, "cited.pdf", a_pdf("A wholly different text about seals."))
    assert arrived(client, id_)["version"] == 2
    long_retired(data_dir, id_)
    other = client.post("/v1/extractions", json={"schema": SCHEMA, "document_ids": [id_]}).json()["id"]
    finished(client, other)
    client.delete(f"/v1/extractions/{other}")  # lets go of whatever nothing cites
    kept = client.get(f"/v1/answers/{answer['id']}").json()["evidence"][0]
    assert kept == item
    span = {"version": kept["version"], "start": kept["start"], "end": kept["end"]}
    assert text(client, id_, **span) == kept["text"]
    assert client.get(f"/v1/documents/{id_}/boxes", params=span).json() == kept["pages"]


def test_a_retired_version_goes_with_the_last_cell_that_cites_it(client: httpx.Client, data_dir: Path) -> None:
    old = add(client, "celled.pdf", a_pdf("The laws of the heron govern."))
    job = client.post("/v1/extractions", json={"schema": SCHEMA, "document_ids": [old["id"]]}).json()["id"]
    finished(client, job)
    put(client, old["id"], "celled.pdf", a_pdf("The laws of the stork govern."))
    arrived(client, old["id"])
    long_retired(data_dir, old["id"])
    ((version_id,),) = in_catalog(
        data_dir, "SELECT id FROM versions WHERE document_id = ? AND status = 'retired'", old["id"]
    )
    cells = client.get(f"/v1/extractions/{job}/results").json()["items"]
    assert {(cell["version"], cell["stale"]) for cell in cells} == {(1, True)}
    assert "heron" in text(client, old["id"], version=1)
    assert stored(data_dir, version_id)
    assert client.delete(f"/v1/extractions/{job}").status_code == 204
    assert_problem(client.get(f"/v1/documents/{old['id']}/text", params={"version": 1}), 404, "not_found")
    assert not stored(data_dir, version_id)
    assert not stored(data_dir, old["sha256"])
    assert "stork" in text(client, old["id"])


def test_a_document_is_deleted_while_its_next_version_is_on_its_way(client: httpx.Client, data_dir: Path) -> None:
    held = points(client)
    old = add(client, "doomed.pdf", a_pdf("Doomed."))
    put(client, old["id"], "doomed.pdf", builders.a_contract(907, clauses=60).pdf())
    coming = client.get(f"/v1/documents/{old['id']}").json()["pending"]
    ids = [id_ for (id_,) in in_catalog(data_dir, "SELECT id FROM versions WHERE document_id = ?", old["id"])]
    assert len(ids) == 2
    assert client.delete(f"/v1/documents/{old['id']}").status_code == 204
    assert_problem(client.get(f"/v1/documents/{old['id']}"), 404, "not_found")
    assert_problem(put(client, old["id"], "x.pdf", a_pdf("X.")), 404, "not_found")
    # The job that was at work finds out at its next step; another document goes through the same queue after it.
    add(client, "after.txt", b"After the doomed one.")
    settle(lambda: not any(stored(data_dir, part) for part in (*ids, old["sha256"], coming["sha256"])))
    settle(lambda: points(client) == held + 1)
    assert in_catalog(data_dir, "SELECT count(*) FROM versions WHERE document_id = ?", old["id"]) == [(0,)]


def settle(is_so: Any) -> None:
    pause = threading.Event()
    for _ in range(200):
        if is_so():
            return
        pause.wait(0.05)
    assert is_so()
