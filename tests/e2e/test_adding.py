"""`proviso add` of folders: what is there is not sent again, what was cut off is carried on, and the end adds up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.cli.connection import Api
from api.cli.gathering import hashed
from api.cli.line import Line
from api.cli.uploading import Destination, upload
from tests.e2e.commands import Run, Shell
from tests.instruments import builders
from tests.instruments.killer import Service, free_port

FILES = 40


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("adding")
    return Shell(folder / "data", folder)


@pytest.fixture(scope="module")
def service(shell: Shell) -> Iterator[Service]:
    """`proviso serve` in a process of its own."""
    port = free_port()
    running = Service(
        [sys.executable, "-m", "api.cli", "serve", "--port", str(port)],
        ready_url=f"http://127.0.0.1:{port}/readyz",
        log=shell.cwd / "serve.log",
        env=shell.environment(),
        cwd=shell.cwd,
    )
    with running:
        yield running


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    assert service.running
    with httpx.Client(base_url=service.ready_url.removesuffix("/readyz"), timeout=60, trust_env=False) as client:
        yield client


def notes(folder: Path, number: int, about: str = "herons") -> Path:
    """A folder of that many small files, no two alike."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(number):
        (folder / f"note-{n:03d}.txt").write_bytes(builders.a_text([f"Note {n} of {folder.name} is about {about}."]))
    return folder


def add(shell: Shell, *args: str | Path, status: int = 0) -> dict[str, Any]:
    done: Run = shell.run("add", *args, "--json")
    assert done.status == status, done
    found: dict[str, Any] = done.json
    return found


def listed(client: httpx.Client, collection: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get("/v1/documents", params={"collection": collection, "limit": 200}).json()[
        "items"
    ]
    return items


def assert_once(client: httpx.Client, collection: str, names: list[str]) -> None:
    """Each file is one ready document with one version."""
    documents = listed(client, collection)
    assert sorted(document["filename"] for document in documents) == sorted(names)
    assert {(document["status"], document["version"], bool(document["pending"])) for document in documents} == {
        ("ready", 1, False)
    }
    for document in documents[:5]:
        assert len(client.get(f"/v1/documents/{document['id']}/versions").json()["items"]) == 1


def test_a_second_run_sends_nothing_and_says_so(shell: Shell, client: httpx.Client, tmp_path: Path) -> None:
    folder = notes(tmp_path / "twice", 12)
    (folder / "copy.txt").write_bytes((folder / "note-000.txt").read_bytes())
    first = add(shell, folder, "--collection", "twice", "--metadata", '{"vendor": "ACME"}')
    assert (first["summary"]["added"], first["summary"]["same_bytes"], first["summary"]["ready"]) == (12, 1, 12)
    assert {item["metadata"]["vendor"] for item in first["items"]} == {"ACME"}
    second = add(shell, folder, "--collection", "twice")
    assert (second["summary"]["added"], second["summary"]["already_there"]) == (0, 12)
    (folder / "fresh.txt").write_text("A fresh note about herons.")
    third = add(shell, folder, "--collection", "twice")
    assert (third["summary"]["added"], third["summary"]["already_there"]) == (1, 12)
    assert len(listed(client, "twice")) == 13


def test_the_table_adds_up_and_names_what_is_not_ready(shell: Shell, client: httpx.Client, tmp_path: Path) -> None:
    folder = notes(tmp_path / "mixed", 3)
    (folder / "locked.pdf").write_bytes(builders.a_pdf(password="x"))
    (folder / "scan.pdf").write_bytes(builders.an_image_only_pdf([["Seen by nobody."]]))
    (folder / "tool.exe").write_bytes(builders.not_a_pdf())
    (folder / "none.txt").write_bytes(b"")
    (folder / "~$draft.docx").write_bytes(b"lock")
    (folder / ".secret").write_bytes(b"hidden")
    (folder / "again").symlink_to(folder)
    shown = shell.run("add", folder, "--collection", "mixed")
    assert shown.status == 1
    for word in ("password_required", "unsupported_format", "empty_file", "locked.pdf", "tool.exe", "none.txt"):
        assert word in shown.out
    assert "1 hidden" in shown.err
    assert "1 lock file" in shown.err
    found = add(shell, folder, "--collection", "mixed", status=1)
    counts = found["summary"]
    assert (counts["files"], counts["already_there"], counts["not_taken"], counts["failed"]) == (7, 5, 2, 1)
    assert {item["code"] for item in found["ignored"]} == {"hidden", "lock_file", "seen"}
    opened = add(shell, folder, "--collection", "mixed", "--password", "x", status=3)
    assert (opened["summary"]["added"], opened["summary"]["failed"]) == (1, 0)
    assert {item["code"] for item in opened["rejected"]} == {"unsupported_format", "empty_file"}


def test_a_changed_file_is_another_document_or_the_next_version_of_its_own(
    shell: Shell, client: httpx.Client, tmp_path: Path
) -> None:
    folder = notes(tmp_path / "changing", 2)
    add(shell, folder, "--collection", "changing")
    (folder / "note-000.txt").write_text("Note 0 is about storks now.")
    found = add(shell, folder, "--collection", "changing", "--replace")
    assert (found["summary"]["replaced"], found["summary"]["already_there"], found["summary"]["added"]) == (1, 1, 0)
    documents = {document["filename"]: document for document in listed(client, "changing")}
    assert {name: document["version"] for name, document in documents.items()} == {"note-000.txt": 2, "note-001.txt": 1}
    text = client.get(f"/v1/documents/{documents['note-000.txt']['id']}/text").json()["text"]
    assert "storks" in text
    (folder / "note-001.txt").write_text("Note 1 is about gulls now.")
    assert add(shell, folder, "--collection", "changing")["summary"]["added"] == 1
    assert len(listed(client, "changing")) == 3


def test_without_waiting_it_ends_as_soon_as_all_is_stored(shell: Shell, client: httpx.Client, tmp_path: Path) -> None:
    folder = notes(tmp_path / "hasty", 20)
    found = add(shell, folder, "--collection", "hasty", "--no-wait")
    assert (found["summary"]["added"], found["summary"]["not_sent"]) == (20, 0)
    waited = add(shell, folder, "--collection", "hasty")
    assert (waited["summary"]["already_there"], waited["summary"]["ready"]) == (20, 20)


def test_metadata_that_is_no_object_is_a_sentence(shell: Shell, service: Service, tmp_path: Path) -> None:
    folder = notes(tmp_path / "meta", 1)
    for raw in ("{", "[1]"):
        assert "--metadata" in shell.refused("add", folder, "--metadata", raw)


def test_a_run_that_was_killed_is_carried_on_by_the_next(shell: Shell, client: httpx.Client, tmp_path: Path) -> None:
    folder = notes(tmp_path / "killed", FILES)
    for _ in range(2):
        cut_off(shell, folder, "killed", signal.SIGKILL, client)
    found = add(shell, folder, "--collection", "killed")
    assert found["summary"]["added"] + found["summary"]["already_there"] == FILES
    assert_once(client, "killed", [path.name for path in folder.iterdir()])


def test_ctrl_c_ends_with_a_table_and_what_to_do_next(shell: Shell, client: httpx.Client, tmp_path: Path) -> None:
    folder = notes(tmp_path / "stopped", FILES)
    out, status = cut_off(shell, folder, "stopped", signal.SIGINT, client)
    assert status == 130
    assert "files found" in out
    assert "Traceback" not in out
    add(shell, folder, "--collection", "stopped")
    assert_once(client, "stopped", [path.name for path in folder.iterdir()])


@pytest.mark.slow
def test_a_service_that_dies_under_it_is_waited_for(
    shell: Shell, client: httpx.Client, service: Service, tmp_path: Path
) -> None:
    folder = notes(tmp_path / "bereft", FILES)
    command = start(shell, folder, "bereft")
    wait_for(lambda: len(listed(client, "bereft")) > 0)
    service.kill_group()
    service.restart()
    out, _ = command.communicate(timeout=120)
    assert command.returncode == 0, out
    assert "Traceback" not in out
    assert_once(client, "bereft", [path.name for path in folder.iterdir()])


def test_a_file_that_changed_since_it_was_hashed_is_taken_as_it_is(client: httpx.Client, tmp_path: Path) -> None:
    path = tmp_path / "living.txt"
    path.write_text("As it was hashed.")
    before = hashed(path)
    path.write_text("As it is now, at length.")
    (sent,) = upload(Line(Api(client), None), [before], Destination("living", None, None))  # type: ignore[list-item]
    now = hashed(path)
    assert sent.file == now
    assert [document["sha256"] for document in listed(client, "living")] == [now.sha256]  # type: ignore[union-attr]


def test_a_file_that_another_run_took_meanwhile_is_there(client: httpx.Client, tmp_path: Path) -> None:
    folder = notes(tmp_path / "raced", 3)
    files = [hashed(path) for path in sorted(folder.iterdir())]
    line, to = Line(Api(client), None), Destination("raced", None, None)
    assert {sent.how for sent in upload(line, files, to)} == {"added"}  # type: ignore[arg-type]
    assert {sent.how for sent in upload(line, files, to)} == {"there"}  # type: ignore[arg-type]


def test_one_bad_file_does_not_stand_for_its_batch(client: httpx.Client, tmp_path: Path) -> None:
    folder = notes(tmp_path / "batch", 2)
    (folder / "note-000.txt").rename(folder / "good.txt")
    (folder / "zz.exe").write_bytes(builders.not_a_pdf())
    files = [hashed(path) for path in sorted(folder.iterdir())]
    sent = upload(Line(Api(client), None), files, Destination("batch", None, None))  # type: ignore[arg-type]
    assert {one.file.path.name: (one.how, one.code) for one in sent} == {
        "good.txt": ("added", ""),
        "note-001.txt": ("added", ""),
        "zz.exe": ("refused", "unsupported_format"),
    }


def test_a_file_name_that_is_no_utf8_does_not_end_the_run(shell: Shell, client: httpx.Client, tmp_path: Path) -> None:
    folder = notes(tmp_path / "old archive", 2, "badgers")
    try:
        (folder / os.fsdecode(b"Vertr\xe4ge.txt")).write_text("The governing law is that of Delaware.")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    found = add(shell, folder, "--collection", "archive")
    assert found["summary"]["ready"] == 3
    assert "Vertr\ufffdge.txt" in {document["filename"] for document in listed(client, "archive")}


def test_a_document_is_replaced_and_its_outline_shown(shell: Shell, client: httpx.Client, tmp_path: Path) -> None:
    path = tmp_path / "deal.md"
    path.write_bytes(builders.a_markdown([(1, "Deal"), (2, "1. Price"), "Ten."]))
    id_ = add(shell, path, "--collection", "deals")["items"][0]["id"]
    path.write_bytes(builders.a_markdown([(1, "Deal"), (2, "1. Price"), "Twenty."]))
    done = shell.run("documents", id_, "--replace", path, "--json")
    assert (done.status, done.json["version"], done.json["pending"]) == (0, 2, None)
    again = shell.run("documents", id_, "--replace", path)
    assert "nothing was redone" in again.err
    assert "Price" in shell.run("documents", id_, "--outline").out
    locked = tmp_path / "locked.pdf"
    locked.write_bytes(builders.a_pdf(password="x"))
    failed = shell.run("documents", id_, "--replace", locked)
    assert failed.status == 1
    assert "password_required" in failed.out
    assert "Name the document" in shell.refused("documents", "--replace", path)


def start(shell: Shell, folder: Path, collection: str) -> subprocess.Popen[str]:
    # Tests that run in the background of a shell have Ctrl-C ignored, and so would the command.
    heeding = ["env", "--default-signal=INT"]
    return subprocess.Popen(
        [*heeding, sys.executable, "-m", "api.cli", "add", str(folder), "--collection", collection],
        env=shell.environment(),
        cwd=shell.cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def cut_off(shell: Shell, folder: Path, collection: str, how: signal.Signals, client: httpx.Client) -> tuple[str, int]:
    """`add`, ended by a signal as soon as there is more than before."""
    before = len(listed(client, collection))
    command = start(shell, folder, collection)
    wait_for(lambda: len(listed(client, collection)) > before or command.poll() is not None)
    os.killpg(command.pid, how)
    out, _ = command.communicate(timeout=60)
    return out, command.returncode


def wait_for(is_so: Any) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_command_that_prints_json_prints_nothing_else(shell: Shell, service: Service, tmp_path: Path) -> None:
    done = shell.run("add", notes(tmp_path / "plain", 2), "--collection", "plain", "--json")
    assert set(json.loads(done.out)) == {"items", "rejected", "same_bytes", "ignored", "summary"}
