"""The run of `add` (floor 5): what is there is not sent again, the rest is uploaded and followed until it is ready or failed.

Nothing is written down here: the service knows what it has by the hash of the bytes. A run that was cut off, at whatever moment, is carried
on by the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from api.cli.faults import CliError
from api.cli.following import AT_ONCE, Following
from api.cli.gathering import File, PassedOver, hashed
from api.cli.line import Line
from api.cli.progress import Stages
from api.cli.uploading import Destination, Sent, batches, put, upload, with_document

WORKERS = 3
TICK_S = 0.2
LOCKED = ("password_required", "wrong_password")
HASHING, SENDING, READING = "Looking at files", "Uploading", "Reading and indexing"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the files are to be added. `replace`: a file with the name of one document of the collection is its next version."""

    to: Destination
    wait: bool = True
    replace: bool = False
    retry_failed: bool = False


@dataclass(slots=True)
class Report:
    """What became of every file, as far as the run came."""

    sent: list[Sent] = field(default_factory=list)
    same: list[tuple[Path, Path]] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    left: int = 0
    fault: str | None = None
    interrupted: bool = False


class Adding:
    """One run over one collection."""

    def __init__(self, line: Line, wanted: Wanted, stages: Stages) -> None:
        self._line = line
        self._wanted = wanted
        self._stages = stages
        self.report = Report()

    def run(self, paths: Sequence[Path]) -> Report:
        """Never raises for a file; a service that stays away and Ctrl-C are said in the report."""
        report = self.report
        report.left = len(paths)
        try:
            files = self._distinct(self._checked(paths))
            with Following(self._line, self._wanted.to.collection) as following:
                self._add(files, following)
            self._describe()
        except CliError as error:
            report.fault = str(error)
        except KeyboardInterrupt:
            report.interrupted = True
        finally:
            self._line.stop()
        return report

    def _checked(self, paths: Sequence[Path]) -> list[File]:
        """Those that can be sent, hashed."""
        info = self._line.get("/v1/info")
        limit = info["limits"]["file_bytes"]
        # Another release may read other formats: then the service itself has to say.
        same_release = info["version"] == version("proviso")
        files = []
        with ThreadPoolExecutor(WORKERS) as pool:
            for done, found in enumerate(pool.map(lambda path: _check(path, limit, same_release), paths), 1):
                if isinstance(found, File):
                    files.append(found)
                else:
                    self.report.passed_over.append(found)
                    self.report.left -= 1
                self._stages.show(HASHING, done, len(paths))
        return files

    def _distinct(self, files: Iterable[File]) -> list[File]:
        first: dict[str, File] = {}
        for file in files:
            kept = first.setdefault(file.sha256, file)
            if kept is not file:
                self.report.same.append((file.path, kept.path))
                self.report.left -= 1
        return list(first.values())

    def _add(self, files: Sequence[File], following: Following) -> None:
        known = self._known(file.sha256 for file in files)
        again: set[str] = set()
        new: list[File] = []
        for file in files:
            document = known.get(file.sha256)
            if document is not None and not self._is_tried_again(document):
                self._record([Sent(file, "there", document)], following)
                continue
            again |= {file.sha256} if document else set()
            new.append(file)
        with ThreadPoolExecutor(WORKERS) as pool:
            try:
                self._send_all(pool, new, again, following)
            except BaseException:
                self._line.stop()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _send_all(self, pool: ThreadPoolExecutor, new: Sequence[File], again: set[str], following: Following) -> None:
        named = self._by_name(new) if self._wanted.replace else {}
        singles = [file for file in new if file.name in named and file.sha256 not in again]
        rest = [file for file in new if file not in singles]
        password = self._wanted.to.password
        waiting: set[Future[Any]] = {pool.submit(put, self._line, file, named[file.name], password) for file in singles}
        waiting |= {pool.submit(upload, self._line, batch, self._wanted.to) for batch in batches(rest)}
        arrived = 0
        while waiting or (self._wanted.wait and following.unsettled()):
            done, waiting = wait(waiting, TICK_S, FIRST_COMPLETED)
            for future in done:
                sent = future.result()
                sent = sent if isinstance(sent, list) else [sent]
                arrived += len(sent)
                self._record([_retried(one, again) for one in sent], following)
            if not waiting:
                self._line.rest(TICK_S)
            self._show(arrived, len(new), following)
            following.catch_up()

    def _show(self, arrived: int, new: int, following: Following) -> None:
        if new:
            self._stages.show(SENDING, arrived, new)
        counts = following.counts()
        settled, failed = counts.pop("settled", 0), counts.pop("failed", 0)
        total = settled + sum(counts.values())
        at_work = [f"{count} {stage}" for stage, count in sorted(counts.items()) if count]
        self._stages.show(READING, settled, total, ", ".join(at_work + ([f"{failed} failed"] if failed else [])))

    def _record(self, sent: Iterable[Sent], following: Following) -> None:
        for one in sent:
            self.report.sent.append(one)
            self.report.left -= 1
            if one.document is not None:
                following.expect(one.document, one.file.sha256)

    def _is_tried_again(self, document: dict[str, Any]) -> bool:
        if document["status"] != "failed":
            return False
        locked = document["error"] is not None and document["error"]["code"] in LOCKED
        return self._wanted.retry_failed or bool(locked and self._wanted.to.password)

    def _known(self, hashes: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Documents of the collection by the hash of their bytes, or of the bytes on their way."""
        found = {}
        wanted = list(hashes)
        for start in range(0, len(wanted), AT_ONCE):
            body = {"collection": self._wanted.to.collection, "sha256": wanted[start : start + AT_ONCE]}
            for item in self._line.post("/v1/documents/lookup", body)["items"]:
                pending = item["pending"]
                if pending is not None and pending["status"] != "failed":
                    found[pending["sha256"]] = item
                found.setdefault(item["sha256"], item)
        return found

    def _by_name(self, new: Sequence[File]) -> dict[str, str]:
        """Ids of documents by file name, of names that both one document and one of the files have."""
        ours = [file.name for file in new]
        theirs: dict[str, list[str]] = {}
        params: dict[str, Any] = {"collection": self._wanted.to.collection, "limit": 200}
        while True:
            page = self._line.get("/v1/documents", **params)
            for item in page["items"]:
                theirs.setdefault(item["filename"], []).append(item["id"])
            params["cursor"] = page["next_cursor"]
            if params["cursor"] is None:
                break
        return {name: ids[0] for name, ids in theirs.items() if len(ids) == 1 and ours.count(name) == 1}

    def _describe(self) -> None:
        """The documents as they are in the end."""
        known = self._known(one.file.sha256 for one in self.report.sent if one.document is not None)
        by_id = {document["id"]: document for document in known.values()}
        for at, one in enumerate(self.report.sent):
            if one.document is not None:
                document = by_id.get(one.document["id"], one.document | {"status": "deleted"})
                self.report.sent[at] = with_document(one, document)
        self.report.sent.sort(key=lambda one: one.file.path)


def _check(path: Path, limit: int, sniffs: bool) -> File | PassedOver:
    """The file hashed, or why the service would not take it."""
    try:
        size = path.stat().st_size
        if size > limit:
            return PassedOver(
                path, "file_too_large", f"Larger than {limit >> 20} MB, which is the most the service takes."
            )
        if sniffs and (refused := _refused(path)):
            return refused
    except OSError as error:
        return PassedOver(path, "unreadable", error.strerror or str(error))
    return hashed(path)


def _refused(path: Path) -> PassedOver | None:
    """What the service says of such a file, without asking it."""
    from ingest.parsing.kinds import HEAD_BYTES, sniff
    from proviso.errors import FileError

    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    try:
        sniff(head, path.name)
    except FileError as error:
        return PassedOver(path, error.code, error.detail)
    return None


def _retried(sent: Sent, again: set[str]) -> Sent:
    """What had failed and was sent again is not what was there."""
    if sent.how == "there" and sent.file.sha256 in again:
        return Sent(sent.file, "added", sent.document)
    return sent
