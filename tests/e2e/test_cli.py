"""The command without a running service: it opens the data folder itself, and a fault is one sentence."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from tests.e2e.commands import Shell
from tests.e2e.conftest import Stock
from tests.instruments import builders
from tests.instruments.service import running_service

COMMANDS = ("serve", "worker", "doctor", "add", "documents", "search", "ask", "answers", "extract", "jobs")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Over a data folder that does not exist yet."""
    return Shell(tmp_path / "data", tmp_path)


@pytest.fixture(scope="module")
def stocked(stock: Stock, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Over a copy of the stock."""
    folder = tmp_path_factory.mktemp("cli")
    return Shell(stock.copy_to(folder), folder)


def test_the_command_alone_shows_its_help(shell: Shell) -> None:
    done = shell.run()
    assert all(name in done.out + done.err for name in COMMANDS)
    assert shell.run("--help").status == 0
    assert not shell.data_dir.exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_every_option_has_help(shell: Shell, command: str) -> None:
    started = time.perf_counter()
    done = shell.run(command, "--help")
    assert done.status == 0
    assert time.perf_counter() - started < 10
    assert f"{command} [OPTIONS]" in done.out
    assert not shell.data_dir.exists()


def test_files_and_folders_are_added_and_each_outcome_is_shown(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "contracts"
    (folder / "old").mkdir(parents=True)
    (folder / ".hidden").write_bytes(b"not for us")
    (folder / "one.txt").write_bytes(builders.a_text(["One document about lanterns."]))
    (folder / "old" / "two.md").write_bytes(builders.a_markdown([(1, "Two"), "A document about candles."]))
    (folder / "locked.pdf").write_bytes(builders.a_pdf(password="x"))
    (folder / "tool.exe").write_bytes(builders.not_a_pdf())
    done = shell.run("add", folder, "--json")
    assert done.status == 1
    assert {(d["filename"], d["status"]) for d in done.json["items"]} == {
        ("one.txt", "ready"),
        ("two.md", "ready"),
        ("locked.pdf", "failed"),
    }
    assert [(r["filename"], r["code"]) for r in done.json["rejected"]] == [("tool.exe", "unsupported_format")]


def test_a_question_without_a_model_shows_passages_and_says_why(stocked: Shell) -> None:
    done = stocked.run("ask", "Which law governs the web site hosting agreement?")
    assert done.status == 0
    assert "No model is configured" in done.out
    assert "PROVISO_LLM_BASE_URL" in done.out
    assert "WEB SITE HOSTING AGREEMENT" in done.out
    assert "[1]" in done.out


@pytest.mark.slow
def test_candidates_are_extracted_into_a_table_file(stocked: Shell, tmp_path: Path) -> None:
    out = tmp_path / "terms.csv"
    done = stocked.run("extract", "--template", "contract-key-terms", "--out", out)
    assert (done.status, done.out) == (0, "")
    assert str(out) in done.err
    assert "candidates" in done.err
    lines = out.read_text().splitlines()
    assert lines[0].startswith("document_id,title,field")
    assert sum("/governing_law" in line for line in lines) == 5


@pytest.mark.slow
def test_the_doctor_names_what_is_well_and_the_model_that_does_not_answer(stocked: Shell) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        done = stocked.run("doctor", "--json", env={"PROVISO_LLM_BASE_URL": url})
    assert done.status == 1
    checks = {check["check"]: check for check in done.json}
    assert {"python", "service", "catalog", "store", "index", "embedder", "model"} <= set(checks)
    assert [name for name, check in checks.items() if not check["ok"]] == ["model"]
    assert "llm_unavailable" in checks["model"]["detail"]


def test_a_held_data_folder_is_one_sentence_that_names_the_holder(shell: Shell) -> None:
    with running_service(shell.data_dir):
        sentence = shell.refused("documents")
    assert "\n" not in sentence
    assert str(shell.data_dir) in sentence
    assert str(os.getpid()) in sentence


def test_a_missing_path_is_named_and_nothing_is_started(shell: Shell, tmp_path: Path) -> None:
    for args in (("add", tmp_path / "nowhere"), ("extract", "--schema", tmp_path / "nowhere.json")):
        done = shell.run(*args)
        assert (done.status, done.out) == (2, "")
        assert "does not exist" in done.err
    (tmp_path / "hollow").mkdir()
    assert "no files" in shell.refused("add", tmp_path / "hollow")
    assert not shell.data_dir.exists()


def test_faults_of_the_person_are_sentences(shell: Shell, tmp_path: Path) -> None:
    broken = tmp_path / "schema.json"
    broken.write_text("{")
    assert "is not JSON" in shell.refused("extract", "--schema", broken)
    assert "either" in shell.refused("extract", "--schema", broken, "--template", "contract-key-terms")
    assert "does not answer" in shell.refused("documents", "--url", "http://127.0.0.1:9")
    assert "PROVISO_QDRANT_URL" in shell.refused("worker")
    assert "port" in shell.refused("serve", env={"PROVISO_PORT": "many"}).lower()
    assert not shell.data_dir.exists()


@pytest.mark.slow
def test_a_taken_port_is_a_sentence(shell: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sentence = shell.refused("serve", "--port", str(port))
    assert str(port) in sentence
    assert "PROVISO_PORT" in sentence


@pytest.mark.slow
def test_a_data_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    shell = Shell(tmp_path / "file" / "data", tmp_path)
    assert str(shell.data_dir) in shell.refused("documents")
