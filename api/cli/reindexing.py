"""`reindex` (floor 5): the one command that opens the data folder without a service, because it needs the service stopped."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.connection import read_settings
from api.cli.faults import CliError
from api.cli.options import Json
from api.cli.progress import Stages, note, print_json, print_table, say
from api.cli.showing import plain

if TYPE_CHECKING:
    from api.rebuilding import Rebuilt
    from proviso.settings import Settings

AGAIN = "The index in use is untouched. Run the same command again: it carries on where this one ended."
MOST_ROWS = 50


def reindex(
    embedder: Annotated[
        str | None, typer.Option(help="The embedder to build the index for (PROVISO_EMBEDDER); docs/embedders.md.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Rebuild the index from the stored texts, while the service is stopped: for another embedder or a new layout."""
    settings = read_settings()
    chosen = settings.model_copy(update={"embedder": embedder}) if embedder else settings
    done = _rebuilt(chosen)
    if as_json:
        print_json(_json(done))
    else:
        _show(done)
    if chosen.embedder != settings.embedder:
        note(f"Before the next start set PROVISO_EMBEDDER={chosen.embedder}: the service refuses this index otherwise.")
    if done.tally.left_out:
        raise typer.Exit(1)


def _rebuilt(settings: Settings) -> Rebuilt:
    import asyncio

    from api.observe import set_up_logging
    from api.rebuilding import rebuild
    from proviso.errors import DependencyError, Locked, ProvisoError

    set_up_logging(settings.log_level)
    try:
        with Stages() as stages:
            return asyncio.run(
                rebuild(settings, lambda done, total, name: stages.show("chunks", done, total, plain(name)))
            )
    except Locked as error:
        raise CliError(f"{error.detail} `proviso reindex` needs the index for itself.") from error
    except DependencyError as error:
        raise CliError(f"{error.detail} {AGAIN}") from error
    except ProvisoError as error:
        raise CliError(error.detail) from error
    except KeyboardInterrupt:
        note(AGAIN)
        raise


def _show(done: Rebuilt) -> None:
    tally = done.tally
    say(
        f"{_number(tally.documents, 'document')}, {_number(tally.chunks, 'chunk')} for {done.embedder}, {done.seconds:.1f} s."
    )
    if tally.embedded < tally.chunks:
        say(f"Embedded now: {tally.embedded}; an interrupted run had done the others.")
    if tally.cut_again:
        say(f"Cut again, because a chunk was too long for this embedder: {_number(tally.cut_again, 'document')}.")
    if tally.under_way:
        say(f"Still being read, goes on at the next start: {_number(tally.under_way, 'document')}.")
    if tally.left_out:
        rows = [[each.document_id, plain(each.filename), plain(each.reason)] for each in tally.left_out[:MOST_ROWS]]
        print_table("Left out", ["id", "file", "reason"], rows)
        if len(tally.left_out) > MOST_ROWS:
            note(f"… and {len(tally.left_out) - MOST_ROWS} more; --json names them all.")


def _json(done: Rebuilt) -> dict[str, object]:
    told = {"embedder": done.embedder, "dimensions": done.dimensions, "seconds": round(done.seconds, 2)}
    return told | asdict(done.tally)


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
