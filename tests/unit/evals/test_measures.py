"""What `make bench` counts without a service: lines, packages, commands, results; and the two ways of ingestion on one sample."""

from __future__ import annotations

import asyncio
import json
from importlib.metadata import distribution
from pathlib import Path

import pytest

from evals import bench
from evals.measures import commands, footprint, lines, versus
from evals.results import machine, percentile, save, table
from ingest.embedding.local import LocalEmbedder

SOURCE = '''"""A docstring
of two lines."""

import os  # why

# a comment


def f() -> str:
    """What it does."""
    return """a text
    of two lines"""
'''


def test_lines_of_code_are_neither_blank_nor_comments_nor_docstrings() -> None:
    assert lines.code_lines(SOURCE) == 4


def test_the_lines_of_a_floor_are_those_of_its_files() -> None:
    counted = lines.measure(["proviso"])["proviso"]
    assert counted["files"] > 10
    assert 300 < counted["code_lines"] < counted["lines"]


def test_what_a_requirement_brings_is_followed_through_markers_and_extras() -> None:
    installed = {name: distribution(name) for name in ("pydantic", "pydantic-core", "annotated-types", "pytest")}
    assert {"pydantic", "pydantic-core", "annotated-types"} == footprint.closure(["pydantic>=2"], installed)
    assert footprint.closure(["pydantic; python_version < '3'"], installed) == set()
    assert footprint.closure(["absent-package"], installed) == set()


def test_the_environment_is_larger_than_what_proviso_needs_and_torch_is_looked_for() -> None:
    found = footprint.measure()
    assert found["missing"] == []
    assert found["environment"]["packages"] > found["run_time"]["packages"] > 20
    assert found["environment"]["mb"] > found["run_time"]["mb"] > 100
    assert found["present"]["torch"] is False


def test_help_is_timed_beside_python_doing_nothing() -> None:
    found = commands.measure()
    assert 0 < found["python_s"] < found["help_s"]


def test_our_stages_and_the_peer_read_the_same_pages_with_the_same_embedder(samples: Path) -> None:
    paths = [samples / "mfa-financial-joint-filing.pdf", samples / "nyliac-service.pdf"]
    found = asyncio.run(versus.measure(paths, LocalEmbedder()))
    ours, theirs = found["ours"], found["peer"]
    assert ours["pages"] == theirs["pages"] > 0
    for side in (ours, theirs):
        stages = side["seconds_by_stage"]
        assert {"open", "parse", "chunk", "embed", "index"} <= set(stages)
        assert side["chunks"] > 0
        assert side["tokens_embedded"] > 100
        assert side["cpu_seconds"] > 0
        assert sum(stages.values()) - stages["open"] <= side["seconds"] + 0.1
    assert found["ratio_pages_per_s"] == pytest.approx(ours["pages_per_s"] / theirs["pages_per_s"], abs=0.01)


def test_a_part_is_measured_alone_and_written_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "bench.json"
    assert bench.main([str(tmp_path / "absent"), "--only", "footprint", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "so only the samples of the project are measured" in said
    assert "torch: no" in said
    assert set(json.loads(out.read_text())) == {"machine", "footprint", "load_at_end"}


def test_a_table_is_markdown_with_numbers_to_the_right() -> None:
    assert table(["what", "n"], [["pages", 1637], ["share", 0.5]]) == (
        "| what  |     n |\n| ----- | ----: |\n| pages | 1,637 |\n| share | 0.500 |"
    )


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.5) == 3.0
    assert percentile([1.0], 0.95) == 1.0


def test_a_result_says_when_and_on_what_it_was_taken(tmp_path: Path) -> None:
    save(tmp_path / "a" / "b.json", {"machine": machine()})
    said = json.loads((tmp_path / "a" / "b.json").read_text())["machine"]
    assert said["cores"] >= 1
    assert {"date", "python", "system", "processor", "load"} < set(said)
