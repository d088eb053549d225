"""The checks bite: faults planted in a copy of the tree are found, each by the check that is there for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import imports, shape
from tests.architecture.tree import REPOSITORY, ROOTS

Check = Callable[[Path], list[str]]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The five packages and pyproject.toml, to be spoiled."""
    for root in ROOTS:
        shutil.copytree(REPOSITORY / root, tmp_path / root, ignore=shutil.ignore_patterns("__pycache__", "*.onnx"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def newly_found(check: Check, copy: Path, planted: dict[str, str]) -> str:
    """What the check says after planting that it did not say before, as one text."""
    before = set(check(copy))
    for place, text in planted.items():
        (copy / place).write_text(text, encoding="utf-8")
    return "\n".join(line for line in check(copy) if line not in before)


def test_a_cycle_is_found(copy: Path) -> None:
    planted = {
        "ingest/chunking/planted_one.py": "import ingest.chunking.planted_two\n",
        "ingest/chunking/planted_two.py": "import ingest.chunking.planted_one\n",
    }
    found = newly_found(imports.broken_contracts, copy, planted)
    assert "No cycles between siblings, at any depth BROKEN" in found
    assert "planted_one" in found


def test_an_import_between_siblings_is_found(copy: Path) -> None:
    planted = {"analysis/evidence/planted.py": "from ingest import chunking\n"}
    found = newly_found(imports.broken_contracts, copy, planted)
    assert "ingest and analysis are blind to each other BROKEN" in found
    assert "analysis.evidence.planted -> ingest.chunking" in found


def test_an_import_upward_is_found(copy: Path) -> None:
    found = newly_found(imports.broken_contracts, copy, {"records/store/planted.py": "import api.routes\n"})
    assert "records.store.planted -> api.routes" in found


def test_rooms_of_records_that_know_each_other_are_found(copy: Path) -> None:
    found = newly_found(imports.broken_contracts, copy, {"records/store/planted.py": "import records.index\n"})
    assert "The rooms of records do not know each other BROKEN" in found


def test_a_module_without_a_place_in_its_floor_is_found(copy: Path) -> None:
    found = newly_found(imports.broken_contracts, copy, {"analysis/planted.py": '"""Planted."""\n'})
    assert "planted" in found


@pytest.mark.parametrize(
    ("place", "text", "library"),
    [
        ("analysis/retrieval/planted.py", "from qdrant_client import QdrantClient\n", "qdrant_client"),
        ("records/index/planted.py", "import pypdf\n", "pypdf"),
        ("ingest/chunking/planted.py", "import openai\n", "openai"),
        ("records/jobs/planted.py", "import fastapi\n", "fastapi"),
    ],
)
def test_a_stray_client_is_found_by_both_checks(copy: Path, place: str, text: str, library: str) -> None:
    assert library in newly_found(imports.broken_contracts, copy, {place: text})
    (copy / place).unlink()
    assert place in newly_found(imports.stray_clients, copy, {place: text})


def test_a_client_imported_by_name_is_found(copy: Path) -> None:
    text = 'import importlib\n\ndbos = importlib.import_module("dbos")\n'
    assert "dbos lives in records.jobs" in newly_found(
        imports.stray_clients, copy, {"ingest/chunking/planted.py": text}
    )


FUNCTION_OF_61_LINES = "def planted() -> None:\n" + "    print()\n" * 60


@pytest.mark.parametrize(
    ("check", "place", "text"),
    [
        (shape.long_files, "records/store/planted.py", "x = 1\n" * 401),
        (shape.long_functions, "records/store/planted.py", FUNCTION_OF_61_LINES),
        (shape.modules_without_a_paragraph, "records/store/planted.py", "x = 1\n"),
        (shape.unfinished, "records/store/planted.py", "def planted() -> None:\n    raise " + "NotImplementedError\n"),
        (shape.names_of_elsewhere, "records/store/planted.py", f'HERE = "{Path("/", "root", "data")}/"\n'),
        (imports.environment_reads, "records/store/planted.py", 'import os\n\nX = os.environ["X"]\n'),
        (imports.environment_reads, "records/store/planted.py", "from os import getenv\n"),
        (imports.words_that_need_more, "proviso/planted.py", "import numpy\n"),
        (imports.undeclared_imports, "records/store/planted.py", "import torch\n"),
    ],
)
def test_a_fault_in_a_file_is_found(copy: Path, check: Check, place: str, text: str) -> None:
    assert place in newly_found(check, copy, {place: text})


def test_a_heavy_import_in_the_words_is_found(copy: Path) -> None:
    assert "numpy" in newly_found(imports.weight_of_words, copy, {"proviso/planted.py": "import numpy\n"})


def test_a_file_of_400_lines_is_still_fine(copy: Path) -> None:
    assert newly_found(shape.long_files, copy, {"records/store/planted.py": "x = 1\n" * 400}) == ""


def test_a_folder_without_init_is_found(copy: Path) -> None:
    (copy / "records" / "planted").mkdir()
    planted = {"records/planted/thing.py": '"""Planted."""\n'}
    assert "records/planted" in newly_found(shape.folders_that_are_no_packages, copy, planted)
