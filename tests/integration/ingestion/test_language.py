"""A document in a language that the embedder does not speak is ready, searchable by its words, and says so."""

from __future__ import annotations

from pathlib import Path

from ingest.parsing.kinds import PLAIN
from tests.instruments.builders import a_text
from tests.integration.ingestion.place import a_place

GERMAN = (
    "1. Der Vertrag wird auf unbestimmte Zeit geschlossen und kann von jeder der Parteien mit einer Frist von drei Monaten zum Ende "
    "des Jahres gekündigt werden. Die Kündigung ist nur wirksam, wenn sie schriftlich erklärt wird. Die Haftung des Auftragnehmers "
    "ist auf den Betrag begrenzt, den der Auftraggeber in den letzten zwölf Monaten für die Leistungen gezahlt hat."
)
ENGLISH = (
    "1. This Agreement is made for an indefinite term and may be terminated by either of the parties on three months' notice to the "
    "end of the year. A notice is effective only if it is given in writing."
)


async def test_a_document_in_a_language_that_the_embedder_does_not_speak_says_so(tmp_path: Path) -> None:
    async with a_place(tmp_path) as place:
        german, english = (
            await place.queue("vertrag.txt", a_text([GERMAN]), PLAIN),
            await place.queue("terms.txt", a_text([ENGLISH]), PLAIN),
        )
        await place.run(german)
        await place.run(english)

        record = place.document(german)
        assert (record.status, record.language) == ("ready", "de")
        assert [warning.code for warning in record.warnings] == ["language_not_embedded"]
        assert "multilingual" in record.warnings[0].detail
        assert place.document(english).warnings == ()
