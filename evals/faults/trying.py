"""Tries one fault (evals): asks the real service over HTTP, and says what the user saw and what it took."""

from __future__ import annotations

import contextlib
import time
from dataclasses import asdict, dataclass
from typing import Any

import httpx

from evals.faults.cases import QUESTION, Case
from tests.instruments.gptoss import Exchange, GptOss
from tests.instruments.service import finished

LEAVE_S = 0.6
SCHEMA = {"type": "object", "properties": {"governing_law": {"type": "string"}}}
LEAKS = ("<|", "assistantfinal")


@dataclass(frozen=True, slots=True)
class Seen:
    """`outcome`: of the answer, of the cell, or the problem's code. `wasted`: tokens of calls whose reply was not used. `fault`: why
    this must not be; empty when it may."""

    case: str
    server: str
    status: int
    outcome: str
    calls: int
    retries: int
    wasted: int
    seconds: float
    verified: int
    unverified: int
    detail: str
    fault: str

    def row(self) -> dict[str, Any]:
        return asdict(self)


class Trying:
    """A running service, a scripted server, and two documents by name."""

    def __init__(self, client: httpx.Client, model: GptOss, documents: dict[str, str]) -> None:
        self._client = client
        self._model = model
        self._documents = documents
        self._window = model.shape.context_tokens

    def run(self, case: Case) -> Seen:
        """The case, from a clean server back to one."""
        case.spoil(self._model)
        started = time.monotonic()
        try:
            status, outcome, body = getattr(self, f"_{case.door}")(case)
        except httpx.TimeoutException:
            status, outcome, body = 0, "hang", {}
        seconds = time.monotonic() - started
        chats = self._chats()
        fault = self._fault(case, status, outcome, body, seconds)
        evidence = body.get("evidence", [])
        seen = Seen(
            case=case.name,
            server=self._model.shape.name,
            status=status,
            outcome=outcome,
            calls=len(chats),
            retries=max(0, len(chats) - 1),
            wasted=_wasted(chats, used=status in (200, 202) and outcome not in ("failed", "closed")),
            seconds=round(seconds, 2),
            verified=sum(item["state"] != "unverified" for item in evidence),
            unverified=sum(item["state"] == "unverified" for item in evidence),
            detail=str(body.get("detail", ""))[:200],
            fault=fault,
        )
        self._clean(case)
        return seen

    def _ask(self, case: Case) -> tuple[int, str, dict[str, Any]]:
        response = self._client.post("/v1/ask", json=self._question(case), timeout=30)
        body = response.json()
        return response.status_code, body.get("code") or body.get("outcome"), body

    def _extract(self, case: Case) -> tuple[int, str, dict[str, Any]]:
        asked = {"schema": SCHEMA, "document_ids": [self._documents[case.document]]}
        response = self._client.post("/v1/extractions", json=asked)
        job = finished(self._client, response.json()["id"])
        (item,) = self._client.get(f"/v1/extractions/{job['id']}/results").json()["items"]
        return response.status_code, item["outcome"], item | {"detail": item["reason"] or ""}

    def _leave(self, case: Case) -> tuple[int, str, dict[str, Any]]:
        """Closes the connection while the model thinks; whether its server sees that."""
        with contextlib.suppress(httpx.TimeoutException):
            self._client.post("/v1/ask", json=self._question(case), timeout=LEAVE_S)
        self._model.wait_until(lambda m: m.chats)
        self._model.last.wait_closed(5)
        return 200, "closed" if self._model.last.disconnected else "still asking", {}

    def _question(self, case: Case) -> dict[str, Any]:
        return {"question": QUESTION, "document_ids": [self._documents[case.document]]} | case.body

    def _fault(self, case: Case, status: int, outcome: str, body: dict[str, Any], seconds: float) -> str:
        """The first rule that is broken."""
        if status == 500 or outcome == "hang":
            return "a 500" if status == 500 else "a hang"
        if outcome not in case.allowed:
            return f"{outcome} instead of {' or '.join(case.allowed)}"
        if seconds > case.within_s:
            return f"took {seconds:.1f} s"
        if any(leak in str(body.get("answer")) for leak in LEAKS):
            return "a marker in the answer"
        if any(each.harmony_markers() for each in self._chats()):
            return "a marker reached the server unbroken"
        return self._unfounded(body)

    def _unfounded(self, body: dict[str, Any]) -> str:
        """Evidence that is shown as verified and does not stand where it says."""
        for item in body.get("evidence", []):
            if item["state"] == "unverified":
                if item["text"] is not None or item["start"] is not None:
                    return "an unverified quote with a place"
                continue
            params = {"start": item["start"], "end": item["end"]}
            text = self._client.get(f"/v1/documents/{item['document_id']}/text", params=params).json()["text"]
            if text != item["text"] or " ".join(item["quote"].split()) != " ".join(text.split()):
                return "a quote shown as verified that is not there"
        return ""

    def _chats(self) -> list[Exchange]:
        return self._model.chats

    def _clean(self, case: Case) -> None:
        """Forgets the script, and has the service see the true window again."""
        self._model.script.clear()
        self._model.requests.clear()
        self._model.unmatched.clear()
        if self._model.shape.context_tokens != self._window:
            self._model.shape.context_tokens = self._window
            self._client.get("/v1/info")


def _wasted(chats: list[Exchange], *, used: bool) -> int:
    """Prompt tokens read and pieces sent by calls that were of no use; refusals take none."""
    unused = chats[:-1] if used else chats
    return sum(each.prompt_tokens + each.chunks_sent for each in unused if each.status == 200)
