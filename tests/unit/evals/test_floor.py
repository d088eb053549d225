"""Where the measurements stand: above every floor, below none."""

from __future__ import annotations

from pathlib import Path

from tests.architecture.tree import imports


def test_no_floor_imports_the_measurements(repository: Path) -> None:
    assert [each.place for each in imports(repository) if each.imported.partition(".")[0] == "evals"] == []
