"""How a run of `add` ends (floor 5): a table that adds up to the number of files found, every file that is no ready document by name, and
an exit status.

0: every file is a ready document (stored, with --no-wait). 1: some are not, though they might be. 3: some never will be as they are (not a
format that is read, empty, too large), and all others are. 130: interrupted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.cli.adding import Report
from api.cli.gathering import IGNORED, PassedOver, shown
from api.cli.progress import note, print_json, print_table
from api.cli.showing import plain
from api.cli.uploading import Sent

UNFIT = ("unsupported_format", "empty_file", "file_too_large")
QUIET = (*IGNORED, "seen", "folder")
MOST_ROWS = 50
MOST_DOCUMENTS = 20


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file that is no ready document."""

    path: Path
    what: str
    code: str
    detail: str


def exit_status(report: Report) -> int:
    if report.interrupted:
        return 130
    found = troubles(report)
    if report.fault or any(one.code not in UNFIT for one in found):
        return 1
    return 3 if found else 0


def show(report: Report, as_json: bool) -> None:
    """The outcome on stdout, what is missing on stderr."""
    if as_json:
        print_json(_json(report))
    else:
        _show(report)
    if report.interrupted or report.fault:
        note(f"{report.left} files were not sent. Run the same command again: it carries on where this one ended.")


def troubles(report: Report) -> list[Trouble]:
    """Every file that is no ready document and could be thought to be one, in the order of paths."""
    found = [
        Trouble(one.path, "not taken", one.code, one.detail) for one in report.passed_over if one.code not in QUIET
    ]
    found += [
        Trouble(one.file.path, "not accepted", one.code, one.detail) for one in report.sent if one.how == "refused"
    ]
    for one in report.sent:
        error = _error(one)
        if error is not None:
            found.append(Trouble(one.file.path, "failed", error["code"], error["detail"]))
    return sorted(found, key=lambda one: str(one.path))


def summary(report: Report) -> dict[str, int]:
    """The table: `files` is the sum of `added`, `already_there`, `replaced`, `same_bytes`, `not_accepted`, `not_taken` and `not_sent`;
    of the documents, so many are `ready`, `processing`, `failed`; `ignored` files are not counted."""
    how = Counter(one.how for one in report.sent)
    quiet = sum(one.code in QUIET for one in report.passed_over)
    documents = [one for one in report.sent if one.document is not None]
    states = Counter("failed" if _error(one) else "ready" if _is_ready(one) else "processing" for one in documents)
    not_taken = len(report.passed_over) - quiet
    unread = [len(_unread_pages(one.document)) for one in documents if one.document]
    return {
        "files": len(report.sent) + len(report.same) + not_taken + report.left,
        "added": how["added"],
        "already_there": how["there"],
        "replaced": how["replaced"],
        "same_bytes": len(report.same),
        "not_accepted": how["refused"],
        "not_taken": not_taken,
        "not_sent": report.left,
        "ready": states["ready"],
        "processing": states["processing"],
        "failed": states["failed"],
        "unread_pages": sum(unread),
        "documents_with_unread_pages": sum(pages > 0 for pages in unread),
        "ignored": quiet,
    }


def _show(report: Report) -> None:
    counts = summary(report)
    documents = [one.document for one in report.sent if one.document is not None]
    if len(documents) <= MOST_DOCUMENTS:
        show_documents(documents)
    words = (
        ("files found", "files"),
        ("  added", "added"),
        ("  already there", "already_there"),
        ("  replaced", "replaced"),
        ("  same bytes as another file", "same_bytes"),
        ("  not accepted", "not_accepted"),
        ("  not taken", "not_taken"),
        ("  not sent", "not_sent"),
        ("documents ready", "ready"),
        ("documents still being read", "processing"),
        ("documents failed", "failed"),
        ("pages that could not be read", "unread_pages"),
    )
    always = ("files", "added", "already_there", "ready", "failed")
    print_table("", ["", "number"], [[word, counts[name]] for word, name in words if counts[name] or name in always])
    _show_troubles(troubles(report))
    _show_unread(documents)
    _show_ignored(report.passed_over)


def show_documents(items: Sequence[dict[str, Any]]) -> None:
    """One row for each document: the title, below it the file and the id; remarks where there are any."""
    rows = [[_names(d), d["status"], d.get("pages"), d.get("chunks"), remark(d)] for d in items]
    columns = ["document", "status", "pages", "chunks", "remarks"]
    most = len(columns) if any(row[-1] for row in rows) else len(columns) - 1
    if rows:
        print_table("", columns[:most], [row[:most] for row in rows])


def _names(item: dict[str, Any]) -> str:
    return "\n".join(dict.fromkeys((item.get("title") or item["filename"], item["filename"], item["id"])))


def remark(item: dict[str, Any]) -> str:
    pending = item.get("pending")
    if pending and pending["error"]:
        return f"version {pending['version']} failed: {pending['error']['code']}: {pending['error']['detail']}"
    if pending:
        return f"version {pending['version']} is {pending['status']}"
    if item.get("error"):
        return f"{item['error']['code']}: {item['error']['detail']}"
    return "; ".join(warning["detail"] for warning in item.get("warnings") or [])


def _show_troubles(found: Sequence[Trouble]) -> None:
    if not found:
        return
    rows = [[plain(shown(one.path)), one.what, one.code, plain(one.detail)] for one in found[:MOST_ROWS]]
    print_table("Not ready", ["file", "", "code", "reason"], rows)
    if len(found) > MOST_ROWS:
        note(f"… and {len(found) - MOST_ROWS} more; --json names them all.")


def _show_unread(documents: Iterable[dict[str, Any]]) -> None:
    found = [(d, pages) for d in documents if (pages := _unread_pages(d))]
    if not found:
        return
    rows = [[plain(d["filename"]), len(pages), d["pages"]] for d, pages in found[:MOST_ROWS]]
    print_table("Pages that could not be read", ["file", "unread", "of"], rows)
    if len(found) > MOST_ROWS:
        note(f"… and {len(found) - MOST_ROWS} more documents.")


def _show_ignored(passed_over: Iterable[PassedOver]) -> None:
    counted = Counter(one.code for one in passed_over if one.code in QUIET)
    if counted:
        words = {
            "hidden": "hidden",
            "lock_file": "lock file(s)",
            "system_file": "system file(s)",
            "seen": "link(s) back",
        }
        named = ", ".join(f"{count} {words.get(code, 'folder(s)')}" for code, count in sorted(counted.items()))
        note(f"Passed over: {named}.")


def _json(report: Report) -> dict[str, Any]:
    refused = [one for one in report.sent if one.how == "refused"]
    rejected = [(one.file.path, one.code, one.detail) for one in refused]
    rejected += [(one.path, one.code, one.detail) for one in report.passed_over if one.code not in QUIET]
    return {
        "items": [one.document | {"path": shown(one.file.path), "how": one.how} for one in report.sent if one.document],
        "rejected": [
            {"filename": shown(Path(path.name)), "path": shown(path), "code": code, "detail": detail}
            for path, code, detail in rejected
        ],
        "same_bytes": [{"path": shown(path), "as": shown(other)} for path, other in report.same],
        "ignored": [
            {"path": shown(one.path), "code": one.code, "detail": one.detail}
            for one in report.passed_over
            if one.code in QUIET
        ],
        "summary": summary(report),
    }


def _error(sent: Sent) -> dict[str, str] | None:
    """Why the bytes sent are no ready document; None while they are, or may yet become one."""
    document = sent.document
    if document is None:
        return None
    if document["status"] == "deleted":
        return {"code": "deleted", "detail": "Somebody deleted it meanwhile."}
    pending = document.get("pending")
    if pending and pending["error"] and pending["sha256"] == sent.file.sha256:
        error: dict[str, str] = pending["error"]
        return error
    return document["error"] if document["status"] == "failed" else None


def _is_ready(sent: Sent) -> bool:
    document = sent.document
    return document is not None and document["status"] == "ready" and not document.get("pending")


def _unread_pages(document: dict[str, Any]) -> set[int]:
    """Pages without text, and those of whose text parsing says that it is not the page's."""
    empty = {page["page"] for page in document.get("page_coverage") or () if page["source"] == "none"}
    warnings = document.get("warnings") or ()
    return empty.union(*(warning["pages"] for warning in warnings if warning["code"] == "needs_ocr"))
