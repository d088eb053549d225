"""The command beside a running `proviso serve`: it finds it by itself and uses it."""

from __future__ import annotations

import csv
import json
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.commands import Shell
from tests.e2e.conftest import Stock
from tests.e2e.evidence import LAW
from tests.instruments.gptoss import GptOss, answer_script, cell, cells_script
from tests.instruments.killer import Service

Documents = dict[str, dict[str, Any]]
REPLY = answer_script("The laws of Massachusetts govern [1].", [("D1", LAW)])
SCHEMA = {"type": "object", "properties": {"law": {"type": "string", "title": "Governing law"}}}


@pytest.fixture(scope="module")
def shell(stock: Stock, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("beside")
    return Shell(stock.copy_to(folder), folder)


@pytest.fixture(scope="module")
def service(shell: Shell, model_server: GptOss) -> Iterator[Service]:
    """`proviso serve` in a process of its own, with the scripted model."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = Service(
        [sys.executable, "-m", "api.cli", "serve", "--port", str(port)],
        ready_url=f"http://127.0.0.1:{port}/readyz",
        log=shell.cwd / "serve.log",
        env=shell.environment({"PROVISO_LLM_BASE_URL": model_server.base_url}),
        cwd=shell.cwd,
    )
    with running:
        yield running


@pytest.fixture
def run(shell: Shell, service: Service) -> Shell:
    """The shell, while the service runs."""
    assert service.running
    return shell


def test_the_service_announces_itself_with_its_process(run: Shell, service: Service) -> None:
    announced = json.loads((run.data_dir / "serve.json").read_text())
    assert announced["pid"] == service.pid
    assert announced["url"] in service.log_tail()


def test_documents_are_listed_and_shown(run: Shell, documents: Documents) -> None:
    listed = run.run("documents", "--json").json
    assert {d["id"] for d in listed} == {d["id"] for d in documents.values()}
    assert "centrack-web-site-hosting.pdf" in run.run("documents").out
    assert run.run("documents", "--status", "failed", "--json").json == []
    assert "status" in run.refused("documents", "--status", "fialed")
    one = documents["nyliac"]["id"]
    assert run.run("documents", one, "--json").json["id"] == one


def test_an_unknown_id_is_a_sentence(run: Shell) -> None:
    assert "doc_nowhere" in run.refused("documents", "doc_nowhere")
    assert "doc_nowhere" in run.refused("search", "x", "--document", "doc_nowhere")
    assert "doc_nowhere" in run.refused("ask", "x", "--document", "doc_nowhere")
    assert "ext_nowhere" in run.refused("jobs", "ext_nowhere")


def test_search_shows_hits_with_their_places(run: Shell, documents: Documents) -> None:
    id_ = documents["nyliac"]["id"]
    found = run.run("search", "Commonwealth of Massachusetts", "--document", id_, "--limit", "2", "--json").json
    assert [hit["document_id"] for hit in found["items"]] == [id_] * 2
    shown = run.run("search", "Commonwealth of Massachusetts", "--document", id_, "--clause")
    assert "SERVICE AGREEMENT" in shown.out
    assert "p. 2" in shown.out
    assert "Nothing was found" in run.run("search", "x", "--collection", "nobody").out


def test_search_says_which_document_it_kept_to_and_why(run: Shell, documents: Documents) -> None:
    named = documents["nyliac"]
    shown = run.run("search", f'In "{named["filename"]}", which law governs?')
    assert f"{named['id']}: the question names its file name." in shown.out
    assert "Kept to" not in run.run("search", "which law governs?").out


def test_an_answer_streams_with_its_evidence(run: Shell, model: GptOss, documents: Documents) -> None:
    model.always(answer_script("The laws of Massachusetts govern [1]. It is bold.", [("D1", LAW)]))
    id_ = documents["nyliac"]["id"]
    shown = run.run("ask", "Which law governs?", "--document", id_)
    assert shown.status == 0
    assert "The laws of Massachusetts govern [1]." in shown.out
    assert "found word for word" in shown.out
    assert "not supported by verified evidence: It is bold." in shown.out
    assert model.last.stream
    answer = run.run("ask", "Which law governs?", "--document", id_, "--effort", "high", "--json").json
    assert answer["outcome"] == "answered"
    assert model.last.effort == "high"


def test_effort_model_and_budget_go_with_the_question(run: Shell, model: GptOss, documents: Documents) -> None:
    model.always(REPLY)
    id_ = documents["nyliac"]["id"]
    options = (
        "--document",
        id_,
        "--effort",
        "auto",
        "--model",
        "openai/gpt-oss-20b",
        "--max-tokens",
        "60000",
        "--json",
    )
    answer = run.run("ask", "Which law governs?", *options).json
    assert (answer["effort"], model.last.effort, model.last.model) == ("low", "low", "openai/gpt-oss-20b")
    asked = run.run("answers", answer["id"], "--json").json["request"]
    assert asked["budget"] == {"max_tokens": 60_000, "max_cost": None}
    assert "budget is 100" in run.refused("ask", "Which law governs?", "--document", id_, "--max-tokens", "100")
    for option in ("--mode", "--effort"):
        help_ = " ".join(run.run("ask", "--help").out.split())
        assert f"{option}" in help_
        wrong = run.run("ask", "x", option, "much")
        assert wrong.status == 2
        assert "'auto'" in wrong.err


def test_an_absence_is_told_with_what_was_read(run: Shell, model: GptOss, documents: Documents) -> None:
    model.always(answer_script("I looked for arbitration but found nothing.", outcome="not_in_documents"))
    shown = run.run("ask", "Is there arbitration?", "--document", documents["nyliac"]["id"]).out
    assert "Outcome: not in the documents. Read whole: 1 document" in shown


def test_a_question_in_the_background_gives_its_id_and_then_its_answer(
    run: Shell, model: GptOss, documents: Documents
) -> None:
    model.always(REPLY)
    id_ = documents["nyliac"]["id"]
    shown = run.run("ask", "Which law governs?", "--document", id_, "--background")
    answer_id = shown.err.splitlines()[0]
    assert "The laws of Massachusetts govern [1]." in shown.out
    assert "found word for word" in shown.out
    listed = run.run("answers").out
    assert answer_id in listed
    assert "Which law governs?" in listed
    one = run.run("answers", answer_id).out
    assert one.startswith("Question: Which law governs?")
    assert "The laws of Massachusetts govern [1]." in one
    assert run.run("answers", "--limit", "1", "--json").json[0]["id"] == answer_id
    as_json = run.run("ask", "Which law governs?", "--document", id_, "--background", "--json")
    assert as_json.json["id"] == as_json.err.splitlines()[0]
    assert "ans_nowhere" in run.refused("answers", "ans_nowhere")


def test_one_that_fails_in_the_background_is_a_sentence_then_and_later(
    run: Shell, model: GptOss, documents: Documents
) -> None:
    model.fault(status=401)
    failed = run.run("ask", "Which law governs?", "--document", documents["nyliac"]["id"], "--background")
    assert failed.status == 1
    answer_id, sentence = failed.err.splitlines()
    assert sentence.startswith("proviso: ")
    assert "401" in sentence
    again = run.run("answers", answer_id)
    assert (again.status, again.err.strip()) == (1, sentence)


def test_ctrl_c_leaves_a_question_in_the_background_running_and_says_how_to_read_it(
    run: Shell, model: GptOss, documents: Documents
) -> None:
    model.always(REPLY)
    model.hold()
    options = ("--document", documents["nyliac"]["id"], "--background")
    with run.started("ask", "Which law governs?", *options) as command:
        assert command.stderr is not None
        answer_id = command.stderr.readline().strip()
        assert answer_id.startswith("ans_")
        model.wait_until(lambda server: server.chats)
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=30)
    assert (command.returncode, out) == (130, "")
    assert f"It goes on in the service. To read it: proviso answers {answer_id}" in err
    assert "Not answered yet: running." in run.run("answers", answer_id).out
    model.release()
    deadline = time.monotonic() + 30
    while run.run("answers", answer_id, "--json").json["status"] != "done":
        assert time.monotonic() < deadline
    assert "The laws of Massachusetts govern [1]." in run.run("answers", answer_id).out


def test_a_fault_of_the_model_is_a_sentence(run: Shell, model: GptOss, documents: Documents) -> None:
    model.fault(status=401, times=2)
    id_ = documents["nyliac"]["id"]
    for options in ((), ("--json",)):
        done = run.run("ask", "Which law governs?", "--document", id_, *options)
        assert done.status == 1
        assert done.err.startswith("proviso: ")
        assert "401" in done.err


def test_extractions_are_run_shown_retried_and_cancelled(
    run: Shell, model: GptOss, documents: Documents, tmp_path: Path
) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(SCHEMA))
    id_ = documents["nyliac"]["id"]
    model.reply("no").reply("no")
    failed = run.run("extract", "--schema", schema, "--document", id_, "--name", "law only", "--json")
    assert failed.status == 1
    job = failed.json["job"]["id"]
    assert [c["outcome"] for c in failed.json["cells"]] == ["failed"]
    model.always(cells_script([cell("/law", "Massachusetts", [LAW])]))
    retried = run.run("jobs", job, "--retry")
    assert retried.status == 0
    assert "Massachusetts" in retried.out
    assert "law only" in run.run("jobs").out
    assert run.run("jobs", job, "--json").json["job"]["totals"]["found"] == 1
    assert "already ended" in run.refused("jobs", job, "--cancel")
    for suffix in ("csv", "json"):
        out = tmp_path / f"law.{suffix}"
        assert run.run("extract", "--schema", schema, "--document", id_, "--out", out).status == 0
        assert "Massachusetts" in out.read_text()
    with (tmp_path / "law.csv").open() as table:
        assert [row["value"] for row in csv.DictReader(table)] == ["Massachusetts"]
    assert "--out must end in" in run.run("extract", "--schema", schema, "--out", tmp_path / "law.docx").err


def test_a_bad_schema_is_named_by_its_place(run: Shell, tmp_path: Path) -> None:
    schema = tmp_path / "bad.json"
    schema.write_text(json.dumps({"type": "object", "properties": {"a": {"type": "string", "pattern": "x"}}}))
    assert "/properties/a/pattern" in run.refused("extract", "--schema", schema)


def test_a_file_is_added_and_deleted(run: Shell, tmp_path: Path) -> None:
    path = tmp_path / "brief.txt"
    path.write_text("A brief note about anchors.")
    added = run.run("add", path, "--collection", "notes", "--json").json["items"][0]
    assert (added["status"], added["collection"]) == ("ready", "notes")
    assert run.run("documents", added["id"], "--delete").status == 0
    assert added["id"] in run.refused("documents", added["id"])


def test_a_second_service_on_the_folder_names_the_first(run: Shell, service: Service) -> None:
    sentence = run.refused("serve", "--port", "0")
    assert str(service.pid) in sentence
    assert "\n" not in sentence
    assert (run.data_dir / "serve.json").exists()


def test_the_doctor_asks_the_running_service_which_examines_its_model(run: Shell, model: GptOss) -> None:
    model.always("READY.")
    done = run.run("doctor", "--json")
    checks = {check["check"]: check for check in done.json}
    assert {"model: reachable", "model: listed", "model: window", "model: streams", "model: silent cut"} <= set(checks)
    assert done.status == 0, checks
    assert "gpt-oss-120b" in checks["model: listed"]["detail"]


def test_the_doctor_names_what_is_wrong_with_the_model_in_a_sentence(run: Shell, model: GptOss) -> None:
    model.always(status=401)
    done = run.run("doctor", "--json")
    assert done.status == 1
    (wrong,) = [check for check in done.json if not check["ok"]]
    assert wrong["check"] == "model: answers"
    assert "check the key" in wrong["detail"]


def test_a_stopped_service_leaves_cleanly(run: Shell, service: Service) -> None:
    assert service.stop() == 0
    assert not (run.data_dir / "serve.json").exists()
    assert "Traceback" not in service.log_tail(500)
