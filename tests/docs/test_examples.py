"""Every example runs as its first lines say, and prints what is true."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.instruments.service import running_service, upload

SAMPLE = "samples/paxmedica-master-service.html"
QUESTION = "Who owns the inventions?"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with running_service(tmp_path_factory.mktemp("examples")) as client:
        yield client


def run(repository: Path, name: str, *arguments: str) -> list[str]:
    """The lines that an example prints."""
    command = [sys.executable, f"examples/{name}", *arguments]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_node_parser_gives_clauses_with_exact_offsets(repository: Path) -> None:
    *shown, summary = run(repository, "llamaindex_node_parser.py", SAMPLE)
    nodes, exact = map(int, re.findall(r"\d+", summary))
    assert nodes == exact > 20
    assert any("Payment > 2.1" in line for line in shown)


def test_the_embedder_finds_the_clause_in_a_llama_index(repository: Path) -> None:
    lines = run(repository, "llamaindex_embedding.py", SAMPLE, QUESTION)
    assert len(lines) == 6
    assert "Inventions and Proprietary Information" in lines[0]


def test_the_retriever_finds_the_clause_in_the_service(repository: Path, service: httpx.Client) -> None:
    upload(service, repository / SAMPLE)
    lines = run(repository, "llamaindex_retriever.py", QUESTION, str(service.base_url))
    assert 2 <= len(lines) <= 6
    assert any("invention" in line.lower() for line in lines)
    assert ", 6" in lines[0]


def test_a_reader_is_a_source_and_what_is_there_is_not_sent_again(
    repository: Path, service: httpx.Client, tmp_path: Path
) -> None:
    (tmp_path / "offer.txt").write_text("We offer twelve barges at the price of ten.")
    (tmp_path / "reply.md").write_text("# Reply\n\nWe accept the offer of twelve barges.")
    url = str(service.base_url)
    first, again = (run(repository, "llamaindex_reader.py", str(tmp_path), url) for _ in range(2))
    assert [line.split() for line in first] == [["added", "ready", "offer.txt"], ["added", "ready", "reply.md"]]
    assert [line.split()[0] for line in again] == ["there", "there"]


def test_every_example_is_listed_and_tested(repository: Path) -> None:
    listed = (repository / "examples" / "README.md").read_text(encoding="utf-8")
    tested = Path(__file__).read_text(encoding="utf-8")
    for path in (repository / "examples").glob("*.py"):
        assert f"`{path.name} " in listed
        assert f'"{path.name}"' in tested
