"""The command `proviso` (floor 5): commands speak HTTP, to the running service or one they start for themselves; `reindex` works by itself.

Imports of anything heavy stay inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import sys

import typer

from api.cli import asking, extracting, library, reindexing, running
from api.cli.faults import CliError

app = typer.Typer(
    name="proviso",
    help="Questions and extraction over contracts and specifications, every quote located in its source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(running.serve)
app.command()(running.worker)
app.command()(running.doctor)
app.command()(library.add)
app.command()(library.documents)
app.command()(asking.search)
app.command()(asking.ask)
app.command()(asking.answers)
app.command()(extracting.extract)
app.command()(extracting.jobs)
app.command()(reindexing.reindex)
app.command()(reindexing.snapshot)


def main() -> None:
    """Entry point: a fault the user can act on is one sentence on stderr and exit code 1, never a traceback."""
    try:
        app()
    except CliError as error:
        sys.stderr.write(f"proviso: {error}\n")
        raise SystemExit(1) from error
    except KeyboardInterrupt:
        sys.stderr.write("proviso: interrupted\n")
        raise SystemExit(130) from None
