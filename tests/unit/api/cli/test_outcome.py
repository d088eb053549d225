"""How a run of `add` ends: sums that add up, files by name, an exit status."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.cli.adding import Report
from api.cli.gathering import File, PassedOver
from api.cli.outcome import exit_status, show, summary, troubles
from api.cli.uploading import How, Sent, batches


def a_file(name: str = "a.pdf", size: int = 5, sha256: str = "aa") -> File:
    return File(Path(name), size, sha256, (size, 0))


def a_document(**changes: Any) -> dict[str, Any]:
    made = {"id": "doc_1", "filename": "a.pdf", "title": "A", "status": "ready", "sha256": "aa", "pending": None}
    return made | {"error": None, "pages": 2, "chunks": 3, "page_coverage": [], "warnings": []} | changes


def sent(how: How = "added", name: str = "a.pdf", **changes: Any) -> Sent:
    return Sent(a_file(name), how, a_document(**changes))


def failed(code: str = "broken_file") -> dict[str, Any]:
    return {"status": "failed", "error": {"code": code, "detail": "It ends in the middle."}}


def over(code: str) -> PassedOver:
    return PassedOver(Path(f"{code}.bin"), code, "…")


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (Report([sent()]), 0),
        (Report([sent("there")], passed_over=[over("hidden"), over("lock_file"), over("seen")]), 0),
        (Report([sent()], passed_over=[over("unsupported_format"), over("file_too_large")]), 3),
        (Report([sent(), Sent(a_file(), "refused", None, "empty_file", "…")]), 3),
        (Report([sent()], passed_over=[over("unreadable")]), 1),
        (Report([sent(**failed())], passed_over=[over("unsupported_format")]), 1),
        (Report([sent(status="deleted")]), 1),
        (Report([sent()], left=3, fault="It does not answer."), 1),
        (Report([sent()], left=3, interrupted=True), 130),
        (Report([sent(status="processing")]), 0),
    ],
)
def test_the_exit_status_says_whether_every_file_is_a_document(report: Report, status: int) -> None:
    assert exit_status(report) == status


def test_the_sums_add_up_to_the_files_found() -> None:
    report = Report(
        [sent(), sent("there"), sent("replaced"), sent(**failed()), Sent(a_file(), "refused", None, "conflict", "…")],
        same=[(Path("b.pdf"), Path("a.pdf"))],
        passed_over=[over("hidden"), over("unsupported_format")],
        left=4,
    )
    counts = summary(report)
    parts = ("added", "already_there", "replaced", "same_bytes", "not_accepted", "not_taken", "not_sent")
    assert [counts[name] for name in parts] == [2, 1, 1, 1, 1, 1, 4]
    assert counts["files"] == 11
    assert (counts["ready"], counts["failed"], counts["ignored"]) == (3, 1, 1)


def test_pages_without_text_are_counted_once() -> None:
    coverage = [{"page": 1, "chars": 9, "source": "text_layer"}, {"page": 2, "chars": 0, "source": "none"}]
    warnings = [{"code": "needs_ocr", "detail": "…", "pages": [2, 3]}, {"code": "other", "detail": "…", "pages": [1]}]
    counts = summary(Report([sent(page_coverage=coverage, warnings=warnings), sent()]))
    assert (counts["unread_pages"], counts["documents_with_unread_pages"]) == (2, 1)


def test_a_next_version_that_failed_is_trouble_and_an_older_one_is_not() -> None:
    error = {"code": "broken_file", "detail": "…"}
    pending = {"version": 2, "status": "failed", "stage": None, "progress": 0.0, "error": error}
    mine, other = sent("replaced", pending=pending | {"sha256": "aa"}), sent("there", pending=pending | {"sha256": "b"})
    assert [one.code for one in troubles(Report([mine]))] == ["broken_file"]
    assert troubles(Report([other])) == []


def test_every_file_that_is_no_document_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    show(Report([sent(name="bad.pdf", **failed())], passed_over=[over("unsupported_format")], left=2, fault="x"), False)
    out = capsys.readouterr()
    assert "bad.pdf" in out.out
    assert "unsupported_format" in out.out
    assert "2 files were not sent" in out.err


def test_batches_are_bounded_by_number_and_by_size() -> None:
    many = [a_file(f"{n}", 10) for n in range(40)]
    assert [len(batch) for batch in batches(many)] == [16, 16, 8]
    large = [a_file("1", 10 << 20), a_file("2", 10 << 20), a_file("3", 90 << 20), a_file("4", 1)]
    assert [[file.path.name for file in batch] for batch in batches(large)] == [["1"], ["2"], ["3"], ["4"]]
    assert list(batches([])) == []
