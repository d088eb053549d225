"""What moves on the screen (floor 5): progress goes to stderr, results to stdout; nothing moves when stderr is not a terminal."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

PLAIN_EVERY_S = 5.0


@contextlib.contextmanager
def status(text: str) -> Iterator[None]:
    """A spinner with a sentence."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(text):
        yield


@contextlib.contextmanager
def bar(text: str, total: float) -> Iterator[Any]:
    """A progress bar; yields `update(done, note)`."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(text, total=total, note="")

        def update(done: float, note: str = "") -> None:
            progress.update(task, completed=done, note=note)

        yield update


class Stages:
    """How far several things are that go on at once: bars on a terminal, elsewhere a line now and then. Used as a context."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        self._live = console.is_terminal
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        note_column = TextColumn("{task.fields[note]}")
        self._progress = Progress(*columns, note_column, console=console, disable=not self._live, transient=True)
        self._tasks: dict[str, Any] = {}
        self._said: dict[str, tuple[float, float, float]] = {}

    def __enter__(self) -> Stages:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, name: str, done: int, total: int, note: str = "") -> None:
        """`done` of `total`; `note` says what is at work."""
        if not self._live:
            self._say(name, done, total, note)
            return
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=total, note="")
        self._progress.update(self._tasks[name], completed=done, total=total, note=note)

    def _say(self, name: str, done: int, total: int, at_work: str) -> None:
        now = time.monotonic()
        at, *last = self._said.setdefault(name, (now, 0, 0))
        if last != [done, total] and (done == total or now - at >= PLAIN_EVERY_S):
            self._said[name] = (now, done, total)
            note(f"{name}: {done} of {total}{f' ({at_work})' if at_work else ''}")


class Windows:
    """How many windows of a scope are read; out of the way, by `close`, before anything else is printed."""

    def __init__(self) -> None:
        self._stages: Stages | None = None

    def show(self, done: int, total: int) -> None:
        if self._stages is None:
            self._stages = Stages().__enter__()
        self._stages.show("Windows read", done, total)

    def close(self) -> None:
        if self._stages is not None:
            self._stages.__exit__()
            self._stages = None


UNBROKEN = {"id", "status", "pages", "chunks", "asked (UTC)"}
WITH_ID = {"document", "question"}
"""Columns whose last line is an id."""
ID_CHARS = 28


def print_json(data: Any) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table as wide as the terminal. An id stays on one line, so that it can be copied, and a short word is not broken."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", header_style="bold", expand=False)
    for column in columns:
        least = ID_CHARS if column in WITH_ID else None
        table.add_column(column, overflow="fold", no_wrap=column in UNBROKEN, min_width=least)
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    Console().print(table)


def say(text: str) -> None:
    """A line on stdout, wrapped by the terminal."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """A line on stderr."""
    sys.stderr.write(text + "\n")
