"""The model's part of `make eval`, over HTTP against a scripted server: it counts what was said, and says nothing of quality here."""

from __future__ import annotations

from typing import Any

import httpx

from evals.context.answers import Posed, asked, summary
from evals.retrieval.corpora import Quote
from tests.e2e.evidence import LAW
from tests.instruments.gptoss import GptOss, Reply, answer_script

Documents = dict[str, dict[str, Any]]


def test_answers_refusals_quotes_and_faults_are_counted(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    document = documents["nyliac"]
    text = reader.get(f"/v1/documents/{document['id']}/text").json()["text"]
    file, quote = document["filename"], Quote(LAW, text.index(LAW))
    questions = [
        Posed("law", file, "Which law governs?", (quote,)),
        Posed("escrow", file, "Where is the source code escrowed?", ()),
        Posed("cap", file, "What is the cap?", (quote,)),
    ]
    model.reply_when("Which law governs?", answer_script("Massachusetts [1].", [("D1", LAW)]))
    refusal = "<outcome>not_in_documents</outcome>\n<answer>Nothing on escrow was found.</answer>"
    model.reply_when("escrowed", Reply(refusal))
    model.reply_when("What is the cap?", Reply(status=400, message="no"))
    judged = asked(reader, questions, {file: document["id"]})
    assert [each.outcome for each in judged[:2]] == ["answered", "not_in_documents"]
    assert judged[0].recall == 1.0
    assert judged[0].states == ("exact",)
    told = summary(judged)
    assert (told["refused"], told["quotes verified"]) == (100.0, 100.0)
    assert sum(told["faults"].values()) == 1
    assert told["tokens"]["prompt"] > 1000
