"""`search`, `ask` (floor 5)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.connection import connect, raise_problem
from api.cli.faults import CliError
from api.cli.options import AllCollections, Collection, Documents, Json, Url, scope_body
from api.cli.progress import note, print_json, say
from api.cli.showing import plain, show_evidence, show_found, show_outcome

if TYPE_CHECKING:
    import httpx


def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    collection: Collection = "default",
    everywhere: AllCollections = False,
    document: Documents = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200)] = 5,
    clause: Annotated[bool, typer.Option("--clause", help="Grow hits to their clause.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Find passages."""
    body = scope_body(collection, everywhere, document) | {"query": query, "limit": limit}
    with connect(url) as api:
        result = api.post("/v1/search", body | {"expand": "clause" if clause else "none"})
    print_json(result) if as_json else show_found(result)


def ask(
    question: Annotated[str, typer.Argument(help="The question.")],
    collection: Collection = "default",
    everywhere: AllCollections = False,
    document: Documents = None,
    mode: Annotated[str, typer.Option(help="auto, full, retrieve or map_reduce.")] = "auto",
    effort: Annotated[str | None, typer.Option(help="low, medium or high.")] = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Ask a question; the answer streams, then its evidence."""
    body = scope_body(collection, everywhere, document) | {"question": question, "mode": mode, "effort": effort}
    with connect(url) as api:
        if as_json:
            print_json(api.post("/v1/ask", body))
            return
        answer: dict[str, Any] | None = None
        with api.client.stream("POST", "/v1/ask", json=body | {"stream": True}) as response:
            raise_problem(response)
            for name, data in sse(response):
                answer = _show_event(name, data) or answer
    if answer is None:
        raise CliError("The answer broke off; ask again.")
    show_outcome(answer)
    show_evidence(answer["evidence"])


def sse(response: httpx.Response) -> Iterator[tuple[str, Any]]:
    """Named events of an SSE response."""
    name = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield name, json.loads(line[6:])


def _show_event(name: str, data: dict[str, Any]) -> dict[str, Any] | None:
    if name == "answer":
        sys.stdout.write(plain(data["text"]))
        sys.stdout.flush()
    elif name == "progress":
        note(f"read {data['done']} of {data['total']} windows")
    elif name == "retry":
        say("\n(starting over: the model's first reply was unusable)")
    elif name == "error":
        raise CliError(data["detail"])
    elif name == "done":
        say("")
        return data
    return None
