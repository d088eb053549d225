"""A document that is deleted while a question is on its way leaves no words behind, and the answer is about the others."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from pathlib import Path

import httpx

from tests.e2e.test_map_reduce import found, is_map, is_reduce
from tests.e2e.test_map_reduce_background import READ_BEFORE, Outage, has_ended, is_waiting, queue, until
from tests.instruments.gptoss import GptOss, an_error, answer_script
from tests.instruments.gptoss.exchange import Exchange
from tests.instruments.service import running_service, settled, upload_bytes

CAP = re.compile(r"Liability of the supplier \w+ is capped\.")
NAMES = ("alpha", "beta", "gamma", "delta", "epsilon")


def quoted(request: Exchange) -> str:
    return found(CAP.findall(request.messages[1]["content"])[0])


def kept_words(folder: Path) -> str:
    with contextlib.closing(sqlite3.connect(folder / "catalog.sqlite")) as connection:
        return "\n".join(call for (call,) in connection.execute("SELECT call FROM asked_calls"))


def stored(client: httpx.Client) -> dict[str, str]:
    """Documents by the supplier they are about."""
    files = {f"{name}__txt": f"Agreement\n\nLiability of the supplier {name} is capped.".encode() for name in NAMES}
    ids = [item["id"] for item in upload_bytes(client, **files).json()["items"]]
    settled(client, ids)
    return dict(zip(NAMES, ids, strict=True))


def test_words_kept_of_a_deleted_document_are_gone_and_its_tokens_count(tmp_path: Path) -> None:
    with GptOss() as model:
        outage = Outage(model)
        model.reply_when(outage, an_error(503, "Busy."))
        model.reply_when(is_map, quoted)
        model.reply_when(is_reduce, answer_script("The others cap it [1] [2]."))
        with running_service(tmp_path, model=model.base_url, llm_concurrency=1) as client:
            ids = stored(client)
            answer_id = queue(client, mode="map_reduce")
            until(client, answer_id, is_waiting)
            words = kept_words(tmp_path)
            gone = next(name for name in NAMES if f"supplier {name} is" in words)
            assert words.count("is capped") == READ_BEFORE
            assert client.delete(f"/v1/documents/{ids[gone]}").status_code == 204
            assert kept_words(tmp_path).count("is capped") == READ_BEFORE - 1
            assert gone not in kept_words(tmp_path)
            outage.is_over = True
            answer = until(client, answer_id, has_ended)
            assert kept_words(tmp_path) == ""
    assert {each["document_id"] for each in answer["per_document"]} == set(ids.values()) - {ids[gone]}
    assert answer["usage"]["calls"] == len(NAMES) + 1
