"""`make demo`: the main job on the bundled contracts, honest about the absence of a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.commands import Shell


@pytest.mark.slow
def test_the_demo_without_a_model_shows_passages_and_candidates_and_says_so(tmp_path: Path, samples: Path) -> None:
    done = Shell(tmp_path / "data", tmp_path).run(module="api.demo")
    assert done.status == 0, done.err
    assert "none configured" in done.out
    assert "No model is configured, so there is no answer" in done.out
    assert "as a candidate, and claims no value" in done.out
    for path in samples.glob("*.[pdh]*"):
        assert path.name in done.out
    assert "shall be governed by and construed" in done.out
    assert "thirty (30) days' written notice" in done.out
    assert "candidates" in done.out
    assert " found " not in done.err
    assert not (tmp_path / "data").exists()
