"""Files coming in over HTTP: every one ends ready, failed with a code, or refused with a code; none touches another."""

from __future__ import annotations

import hashlib
from pathlib import Path

import httpx
import pytest

from tests.e2e.problems import assert_problem
from tests.instruments import builders
from tests.instruments.service import finished, settled, upload, upload_bytes

UPLOADED = {"id", "filename", "collection", "sha256", "bytes", "status", "duplicate", "created_at"}


def a_memo(number: int) -> bytes:
    return builders.a_text([f"Memo number {number} about the delivery of crates.", "Nothing else stands here."])


def test_several_files_of_every_format_become_ready_in_one_request(empty: httpx.Client) -> None:
    contract = builders.a_contract(1, clauses=2)
    answer = upload_bytes(
        empty,
        a__pdf=contract.pdf(),
        b__docx=builders.a_docx(contract.parts),
        c__html=builders.an_html(contract.parts),
        d__md=builders.a_markdown(contract.parts),
        e__txt=builders.a_text(contract.parts),
    )
    assert answer.status_code == 202
    body = answer.json()
    assert body["rejected"] == []
    assert [set(item) for item in body["items"]] == [UPLOADED] * 5
    assert {item["status"] for item in body["items"]} <= {"queued", "processing"}
    documents = settled(empty, [item["id"] for item in body["items"]])
    assert [d["filename"] for d in documents] == ["a.pdf", "b.docx", "c.html", "d.md", "e.txt"]
    assert [(d["status"], d["error"]) for d in documents] == [("ready", None)] * 5
    assert [d["pages"] is None for d in documents] == [False, True, True, True, True]
    assert all(d["progress"] == 1 and d["stage"] is None and d["pending"] is None for d in documents)
    assert all(d["chunks"] > 0 and d["chars"] > 0 and d["tokens"] > 0 for d in documents)
    assert documents[0]["page_coverage"][0]["source"] == "text_layer"


def test_one_bad_file_among_good_ones_is_named_and_the_others_go_on(empty: httpx.Client) -> None:
    answer = upload_bytes(
        empty,
        good__txt=a_memo(1),
        program__pdf=builders.not_a_pdf(),
        empty__txt=builders.an_empty_file(),
        mislabelled__docx=builders.a_pdf(),
        old__doc=builders.an_ole_file(),
        also_good__md=builders.a_markdown(["# Second", "A good second file."]),
    )
    assert answer.status_code == 202
    body = answer.json()
    assert [item["filename"] for item in body["items"]] == ["good.txt", "also_good.md"]
    assert [(each["filename"], each["code"]) for each in body["rejected"]] == [
        ("program.pdf", "unsupported_format"),
        ("empty.txt", "empty_file"),
        ("mislabelled.docx", "unsupported_format"),
        ("old.doc", "unsupported_format"),
    ]
    assert all(each["detail"] for each in body["rejected"])
    assert [d["status"] for d in settled(empty, [item["id"] for item in body["items"]])] == ["ready", "ready"]


def test_what_only_the_parser_can_see_fails_the_document_with_a_code_and_a_sentence(empty: httpx.Client) -> None:
    answer = upload_bytes(
        empty,
        locked__pdf=builders.a_pdf([["Locked page one."]], password="sesame"),
        broken__pdf=builders.a_truncated_pdf(keep=0.05),
        bomb__docx=builders.an_entity_bomb(),
        fine__txt=a_memo(2),
    )
    documents = settled(empty, [item["id"] for item in answer.json()["items"]])
    assert [d["status"] for d in documents] == ["failed", "failed", "failed", "ready"]
    codes = [d["error"]["code"] for d in documents[:3]]
    assert codes[:2] == ["password_required", "broken_file"]
    assert codes[2] in {"broken_file", "parser_limit"}
    assert all(len(d["error"]["detail"]) > 10 and d["chunks"] in (None, 0) for d in documents[:3])


def test_a_scanned_document_is_ready_and_says_that_nothing_of_it_could_be_read(empty: httpx.Client) -> None:
    scan = upload_bytes(empty, scan__pdf=builders.an_image_only_pdf()).json()["items"][0]["id"]
    document = settled(empty, [scan])[0]
    assert (document["status"], document["pages"], document["chunks"]) == ("ready", 1, 0)
    assert [(w["code"], w["pages"]) for w in document["warnings"]] == [("needs_ocr", [1])]
    assert [c["source"] for c in document["page_coverage"]] == ["none"]
    scope = {"document_ids": [scan]}
    assert empty.post("/v1/search", json={"query": "scanned page"} | scope).json()["items"] == []
    answer = empty.post("/v1/ask", json={"question": "What does it say?"} | scope).json()
    assert (answer["outcome"], answer["evidence"]) == ("passages", [])
    assert answer["receipt"]["pages_unread"] == [{"document_id": scan, "pages": [1]}]
    schema = {"type": "object", "properties": {"law": {"type": "string"}}}
    job = empty.post("/v1/extractions", json={"schema": schema} | scope).json()
    assert finished(empty, job["id"])["status"] == "completed_with_failures"
    cells = empty.get(f"/v1/extractions/{job['id']}/results").json()["items"]
    assert [(cell["outcome"], cell["reason"]) for cell in cells] == [("failed", "document_unreadable")]


@pytest.mark.parametrize(
    ("name", "data", "status", "code"),
    [
        ("tool.exe", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00", 415, "unsupported_format"),
        ("nothing.txt", b"", 422, "empty_file"),
        ("blank.txt", b"  \n ", 422, "empty_file"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00", 415, "unsupported_format"),
    ],
)
def test_a_request_without_one_good_file_is_refused(
    empty: httpx.Client, name: str, data: bytes, status: int, code: str
) -> None:
    before = len(empty.get("/v1/documents?limit=200").json()["items"])
    problem = assert_problem(empty.post("/v1/documents", files=[("files", (name, data))]), status, code)
    assert problem["detail"]
    assert len(empty.get("/v1/documents?limit=200").json()["items"]) == before


def test_several_refused_files_are_each_named_in_the_problem(empty: httpx.Client) -> None:
    problem = assert_problem(upload_bytes(empty, a__exe=builders.not_a_pdf(), b__txt=b""), 415, "unsupported_format")
    assert "a.exe" in problem["detail"]
    assert "b.txt" in problem["detail"]


def test_a_password_opens_an_encrypted_file_and_is_shown_nowhere(empty: httpx.Client) -> None:
    locked = builders.a_pdf([["The secret fee is $12,345 per year."]], password="open-sesame-77")
    item = empty.post("/v1/documents", files=[("files", ("l.pdf", locked))], data={"password": "open-sesame-77"})
    document = settled(empty, [item.json()["items"][0]["id"]])[0]
    assert document["status"] == "ready", document["error"]
    assert "open-sesame-77" not in item.text + empty.get(f"/v1/documents/{document['id']}").text


def test_a_wrong_password_fails_and_the_right_one_opens_it_at_the_second_try(empty: httpx.Client) -> None:
    locked = builders.a_pdf([["Locked with care, this page."]], password="right")
    first = empty.post("/v1/documents", files=[("files", ("w.pdf", locked))], data={"password": "wrong"})
    document = settled(empty, [first.json()["items"][0]["id"]])[0]
    assert (document["status"], document["error"]["code"]) == ("failed", "wrong_password")

    again = empty.post(f"/v1/documents/{document['id']}/reprocess", json={"password": "right"})
    assert again.status_code == 202
    assert again.json()["error"] is None
    assert settled(empty, [document["id"]])[0]["status"] == "ready"
    assert "Locked with care" in empty.get(f"/v1/documents/{document['id']}/text").json()["text"]


def test_the_same_bytes_in_the_same_collection_are_one_document(empty: httpx.Client, tmp_path: Path) -> None:
    path = tmp_path / "twice.txt"
    path.write_bytes(a_memo(3))
    first = upload(empty, path)[0]
    renamed = path.rename(tmp_path / "other name.txt")
    second = upload(empty, renamed, wait=False)[0]
    assert (second["id"], second["duplicate"], second["status"]) == (first["id"], True, "ready")
    assert second["sha256"] == hashlib.sha256(a_memo(3)).hexdigest()
    elsewhere = upload(empty, renamed, collection="elsewhere", wait=False)[0]
    assert (elsewhere["id"] == first["id"], elsewhere["duplicate"]) == (False, False)


def test_the_same_file_twice_in_one_request_is_one_document(empty: httpx.Client) -> None:
    items = upload_bytes(empty, one__txt=a_memo(4), two__txt=a_memo(4)).json()["items"]
    assert items[0]["id"] == items[1]["id"]
    assert [item["duplicate"] for item in items] == [False, True]


def test_a_duplicate_of_a_failed_document_is_queued_again(empty: httpx.Client) -> None:
    locked = builders.a_pdf([["A page behind a door."]], password="door")
    failed = settled(empty, [upload_bytes(empty, d__pdf=locked).json()["items"][0]["id"]])[0]
    assert failed["status"] == "failed"
    again = empty.post("/v1/documents", files=[("files", ("d.pdf", locked))], data={"password": "door"}).json()
    item = again["items"][0]
    assert (item["id"], item["duplicate"], item["status"]) == (failed["id"], True, "queued")
    assert settled(empty, [failed["id"]])[0]["status"] == "ready"


def test_a_name_that_looks_like_a_path_becomes_a_plain_name(empty: httpx.Client) -> None:
    answer = empty.post("/v1/documents", files=[("files", ("../../etc/pass\x07wd.txt", a_memo(5)))])
    assert answer.json()["items"][0]["filename"].startswith("pass")
    assert "/" not in answer.json()["items"][0]["filename"]


def test_a_file_above_the_limit_is_refused_by_its_size(empty: httpx.Client) -> None:
    limit = empty.get("/v1/info").json()["limits"]["file_bytes"]
    assert limit == 1 << 20
    big = b"A line of a long text file.\n" * (limit // 28 + 1)
    assert_problem(upload_bytes(empty, big__txt=big), 413, "file_too_large")


@pytest.mark.parametrize("metadata", ["{", "[1]", '"x"', "7"])
def test_metadata_that_is_no_json_object_is_refused(empty: httpx.Client, metadata: str) -> None:
    answer = empty.post("/v1/documents", files=[("files", ("m.txt", a_memo(6)))], data={"metadata": metadata})
    assert_problem(answer, 422, "invalid_request")


@pytest.fixture(scope="module")
def settings() -> dict[str, int]:
    return {"max_file_mb": 1}
