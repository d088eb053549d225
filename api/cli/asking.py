"""`search`, `ask`, `answers` (floor 5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.connection import Api, connect, raise_problem
from api.cli.faults import CliError
from api.cli.options import AllCollections, Collection, Documents, Effort, Json, Mode, Url, scope_body
from api.cli.progress import Windows, note, print_json, say
from api.cli.showing import (
    Flow,
    plain,
    print_answers,
    said_progress,
    show_answer,
    show_evidence,
    show_found,
    show_outcome,
)

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
    mode: Annotated[
        Mode,
        typer.Option(
            metavar="MODE",
            help="How much is read: full (all of it at once), retrieve (the passages that search finds), map_reduce (all of it, "
            "window by window), or auto: by the question and the size of the scope.",
        ),
    ] = Mode.auto,
    effort: Annotated[
        Effort | None,
        typer.Option(
            metavar="LEVEL",
            help="How hard the model thinks: low, medium (the default), high, or auto: by the question.",
        ),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Another model than PROVISO_LLM_MODEL.")] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="A budget: prompt and output tokens of the whole question together.")
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option(help="A budget: its cost by the price table (PROVISO_LLM_PRICES).")
    ] = None,
    background: Annotated[
        bool, typer.Option("--background", help="Print its id, then follow it; Ctrl-C leaves it running.")
    ] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Ask a question; the answer streams, then its evidence."""
    body = scope_body(collection, everywhere, document) | {"question": question, "mode": mode.value, "model": model}
    body |= {"effort": effort.value if effort else None}
    if max_tokens is not None or max_cost is not None:
        body |= {"budget": {"max_tokens": max_tokens, "max_cost": max_cost}}
    with connect(url) as api:
        if background:
            answer = _in_background(api, body)
            print_json(answer) if as_json else show_answer(answer)
        elif as_json:
            print_json(api.post("/v1/ask", body))
        else:
            _streamed(api, body)


def answers(
    answer_id: Annotated[str | None, typer.Argument(help="Show one answer with its evidence.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many to list.")] = 20,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List answers, newest first; show one, also one that is still to come."""
    with connect(url) as api:
        if answer_id is None:
            items = api.get("/v1/answers", limit=limit)["items"]
            print_json(items) if as_json else print_answers(items)
            return
        answer = api.get(f"/v1/answers/{answer_id}")
    if as_json:
        print_json(answer)
        return
    say(f"Question: {plain(answer['request']['question'])}\n")
    if answer["status"] == "failed":
        raise CliError(answer["problem"]["detail"])
    if answer["status"] == "done":
        show_answer(answer)
    else:
        say(f"Not answered yet: {said_progress(answer)}.")


def _streamed(api: Api, body: dict[str, Any]) -> None:
    answer: dict[str, Any] | None = None
    windows, flow = Windows(), Flow()
    try:
        with api.client.stream("POST", "/v1/ask", json=body | {"stream": True}) as response:
            raise_problem(response)
            for name, data in sse(response):
                answer = _show_event(name, data, windows, flow) or answer
    finally:
        windows.close()
    if answer is None:
        raise CliError("The answer broke off; ask again.")
    show_outcome(answer)
    show_evidence(answer["evidence"])


def _in_background(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    """The finished answer. Whoever stops waiting is told where to find it."""
    answer_id = api.post("/v1/ask", body | {"background": True})["id"]
    windows = Windows()
    try:
        note(answer_id)
        with api.client.stream("GET", f"/v1/answers/{answer_id}/events") as response:
            raise_problem(response)
            for name, data in sse(response):
                if name == "error":
                    raise CliError(data["detail"])
                if name == "done":
                    return dict(data)
                _show_waiting(data, windows)
    except KeyboardInterrupt:
        windows.close()
        where = "as soon as a service runs (proviso serve)" if api.is_own else "in the service"
        note(f"It goes on {where}. To read it: proviso answers {answer_id}")
        raise
    finally:
        windows.close()
    raise CliError(f"The service went away; to read the answer when it is back: proviso answers {answer_id}")


def _show_waiting(data: dict[str, Any], windows: Windows) -> None:
    if data.get("total"):
        windows.show(data["done"], data["total"])
    elif data.get("waiting_for"):
        windows.close()
        note(said_progress(data))


def sse(response: httpx.Response) -> Iterator[tuple[str, Any]]:
    """Named events of an SSE response."""
    name = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield name, json.loads(line[6:])


def _show_event(name: str, data: dict[str, Any], windows: Windows, flow: Flow) -> dict[str, Any] | None:
    if name == "progress":
        windows.show(data["done"], data["total"])
        return None
    windows.close()
    if name == "answer":
        flow.write(plain(data["text"]))
    elif name == "retry":
        flow.end()
        say("(starting over: the model's first reply was unusable)")
    elif name == "error":
        flow.end()
        raise CliError(data["detail"])
    elif name == "done":
        flow.end()
        return data
    return None
