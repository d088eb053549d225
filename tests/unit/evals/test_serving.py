"""The parts of `make bench` that start the service: it becomes ready, is measured, and is gone afterwards."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from evals.bench_report import report
from evals.measures import serving
from evals.service import NotStarted, running


@pytest.mark.slow
def test_a_service_is_measured_by_role_keeps_others_off_and_ends(tmp_path: Path) -> None:
    with running(tmp_path / "data") as service:
        memory = service.memory_mb()
        members = [service.process, *service.process.children(recursive=True)]
        assert set(memory) == {"server", "index process"}
        assert all(row["rss_mb"] >= row["pss_mb"] > 5 for row in memory.values())
        assert service.start_s > 0
        assert service.cpu_s() >= service.start_cpu_s > 0
        with pytest.raises(NotStarted, match=str(service.process.pid)), running(tmp_path / "data"):
            pass
    assert psutil.wait_procs(members, timeout=10)[1] == []


@pytest.mark.slow
def test_files_are_ingested_and_searched_over_http(samples: Path) -> None:
    used = serving.use([samples / "mfa-financial-joint-filing.pdf"], ["What is filed jointly?"])
    assert (used["ingest"]["ready"], used["ingest"]["files"]) == (1, 1)
    assert 0 < used["search"]["one_client"]["p50_ms"] <= used["search"]["one_client"]["p95_ms"]
    said = report({"machine": _nowhere(), "samples": used, "load_at_end": 0.0})
    assert "samples over HTTP" in said
    assert "one client" in said


def _nowhere() -> dict[str, object]:
    return {"date": "", "python": "", "system": "", "processor": "", "cores": 1, "load": 0.0}
