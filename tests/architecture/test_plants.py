"""The checks bite: faults planted in a copy of the tree are found, each by the check that is there for it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from tests.architecture import imports, shape
from tests.architecture.tree import REPOSITORY, ROOTS

Check = Callable[[Path], list[str]]
LOWEST = ("proviso", "records")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The five packages and pyproject.toml, to be spoiled."""
    return copy_to(tmp_path, ROOTS)


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """The two lowest floors and pyproject.toml: enough for a check that looks at one file at a time."""
    return copy_to(tmp_path, LOWEST)


def copy_to(folder: Path, roots: Iterable[str]) -> Path:
    for root in roots:
        shutil.copytree(REPOSITORY / root, folder / root, ignore=shutil.ignore_patterns("__pycache__", "*.onnx"))
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    return folder


def newly_found(check: Check, copy: Path, planted: dict[str, str]) -> str:
    """What the check says after planting that it does not say of the packages as they are, as one text."""
    before = said_before(check)
    for place, text in planted.items():
        (copy / place).write_text(text, encoding="utf-8")
    return "\n".join(line for line in check(copy) if line not in before)


@cache
def said_before(check: Check) -> frozenset[str]:
    """Places are told from the root, so that what is said of one copy is said of all."""
    with tempfile.TemporaryDirectory() as folder:
        return frozenset(check(copy_to(Path(folder), ROOTS)))


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
def test_a_fault_in_a_file_is_found(part: Path, check: Check, place: str, text: str) -> None:
    (part / place).write_text(text, encoding="utf-8")
    assert place in "\n".join(check(part))


def test_a_heavy_import_in_the_words_is_found(part: Path) -> None:
    (part / "proviso/planted.py").write_text("import numpy\n")
    assert "numpy" in "\n".join(imports.weight_of_words(part))


def test_a_file_of_400_lines_is_still_fine(part: Path) -> None:
    (part / "records/store/planted.py").write_text("x = 1\n" * 400)
    assert "planted" not in "\n".join(shape.long_files(part))


def test_a_folder_without_init_is_found(part: Path) -> None:
    (part / "records" / "planted").mkdir()
    (part / "records/planted/thing.py").write_text('"""Planted."""\n')
    assert "records/planted" in "\n".join(shape.folders_that_are_no_packages(part))
