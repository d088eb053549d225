"""What the new index holds of what is stored: every live version once, cut again where the embedder takes less."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ingest.chunking.chunk import indexed_text
from ingest.embedding.llamaindex import FromLlamaIndex
from ingest.embedding.local import LocalEmbedder
from ingest.embedding.wordpiece import TextTooLong
from ingest.parsing.kinds import PLAIN
from ingest.reindexing import Progress, Reindexing, Settled
from proviso.errors import EmbedderUnavailable
from proviso.ports import Embedder
from proviso.types.search import DocumentQuery, IndexQuery, Within
from records.catalog import documents, generations
from records.catalog.documents import Edit
from records.catalog.generations import Generation
from records.index.bm25 import query_vector
from records.index.client import EdgeIndex
from records.index.in_use import Pair
from tests.instruments.builders import a_text
from tests.instruments.letter_embedding import LetterEmbedding
from tests.integration.ingestion.place import WORKSPACE, Place, ScriptedJob, a_place
from tests.integration.ingestion.test_language import ENGLISH, GERMAN

CLAUSE = "Either party may terminate this Agreement for convenience upon {} days written notice to the other party. "
LONG = a_text([f"{number}. " + CLAUSE.format(number) * 9 for number in range(1, 9)])
LONGEST = a_text([f"{number}. " + CLAUSE.format(number) * 6 for number in range(1, 140)])


@asynccontextmanager
async def new_index(folder: Path, embedder: Embedder) -> AsyncIterator[EdgeIndex]:
    index = await EdgeIndex.open(folder / "new", embedder.dimensions, embedder.name)
    try:
        yield index
    finally:
        await index.close()


NEXT = 7


async def reindexed(place: Place, index: EdgeIndex, embedder: Embedder, number: int | None = None) -> Progress:
    """One pass, or with a number all that it takes to put the index to use."""
    run = Reindexing(place.catalog, place.texts, index, embedder)
    if number is None:
        await run.run()
    else:
        await run.switch_to(Generation(number, embedder.name, embedder.dimensions, "a setting"))
    return run.progress


async def ready(place: Place, name: str, data: bytes) -> str:
    version_id = await place.queue(name, data, PLAIN)
    await place.run(version_id)
    return version_id


async def test_the_new_index_finds_what_the_old_one_finds(tmp_path: Path) -> None:
    embedder = LocalEmbedder()
    async with a_place(tmp_path) as place, new_index(tmp_path, embedder) as index:
        first, second = await ready(place, "terms.txt", LONG), await ready(place, "short.txt", a_text([ENGLISH]))
        tally = await reindexed(place, index, embedder)

        counts = await place.index.counts()
        assert await index.counts() == counts
        assert set(counts) == {first, second}
        assert (len(tally.settled), tally.chunks, tally.embedded) == (2, sum(counts.values()), sum(counts.values()))
        words = "terminate for convenience"
        query = IndexQuery(WORKSPACE, Within(None), await embedder.embed_query(words), query_vector(words), 1000)
        new, old = await index.search(query), await place.index.search(query)
        assert [(hit.id, hit.start, hit.end, hit.dense) for hit in new] == [
            (hit.id, hit.start, hit.end, hit.dense) for hit in old
        ]
        assert [hit.sparse for hit in new] == pytest.approx([hit.sparse for hit in old], rel=1e-5)
        named = DocumentQuery(WORKSPACE, Within(None), query_vector("terms"), 5)
        assert await index.documents(named) == await place.index.documents(named)


@pytest.mark.slow
async def test_a_run_that_was_cut_goes_on_and_embeds_nothing_twice(tmp_path: Path) -> None:
    embedder = LocalEmbedder()
    async with a_place(tmp_path) as place, new_index(tmp_path, embedder) as index:
        version_id = await ready(place, "terms.txt", LONGEST)
        await ready(place, "short.txt", a_text([ENGLISH]))
        whole = await place.index.count(version_id)
        assert whole > 128
        await reindexed(place, index, embedder)
        assert (await reindexed(place, index, embedder)).embedded == 0

        job = Cutting(embedder, after=1)
        other = await EdgeIndex.open(tmp_path / "other", embedder.dimensions, embedder.name)
        try:
            with pytest.raises(EmbedderUnavailable):
                await reindexed(place, other, job)
            tally = await reindexed(place, other, embedder)
            assert tally.embedded < tally.chunks
            assert await other.counts() == await place.index.counts()
        finally:
            await other.close()


async def test_what_is_no_longer_live_leaves_the_new_index_and_a_new_title_comes_in(tmp_path: Path) -> None:
    embedder = LocalEmbedder()
    async with a_place(tmp_path) as place, new_index(tmp_path, embedder) as index:
        kept, gone = await ready(place, "terms.txt", LONG), await ready(place, "short.txt", a_text([ENGLISH]))
        await reindexed(place, index, embedder)
        await place.catalog.write(documents.begin_delete, WORKSPACE, place.versions[gone])
        await place.catalog.write(
            documents.edit, WORKSPACE, place.versions[kept], Edit(title="Zebra lease", retitled=True)
        )
        tally = await reindexed(place, index, embedder)
        assert (len(tally.settled), tally.embedded) == (1, 0)
        assert set(await index.counts()) == {kept}
        (found,) = await index.documents(DocumentQuery(WORKSPACE, Within(None), query_vector("zebra"), 5))
        assert found.version_id == kept


async def test_chunks_too_long_for_the_embedder_are_cut_again_and_the_stored_ones_stay(tmp_path: Path) -> None:
    small = await FromLlamaIndex.open(LetterEmbedding(), max_tokens=100)
    async with a_place(tmp_path) as place, new_index(tmp_path, small) as index:
        long, short = await ready(place, "terms.txt", LONG), await ready(place, "short.txt", a_text(["1. Be brief."]))
        text, stored = await place.texts.text(long), await place.texts.chunks(long)
        with pytest.raises(TextTooLong):
            await small.embed([indexed_text(text, stored[0])])
        tally = await reindexed(place, index, small, NEXT)

        counts = await index.counts()
        assert (tally.cut_again, len(tally.settled)) == (1, 2)
        assert counts[long] > len(stored)
        assert counts[short] == await place.index.count(short)
        assert await place.texts.chunks(long) == stored
        assert (place.document(long).chunks, tally.chunks) == (counts[long], sum(counts.values()))
        assert (await reindexed(place, index, small)).embedded == 0
        hits = await index.search(
            IndexQuery(WORKSPACE, Within((long,)), await small.embed_query("x"), query_vector(""), 10_000)
        )
        covered = {at for hit in hits for at in range(hit.start, hit.end)}
        assert all(at in covered for at, letter in enumerate(text) if not letter.isspace())


async def test_a_warning_about_the_language_goes_with_an_embedder_that_speaks_it(tmp_path: Path) -> None:
    other, local = await FromLlamaIndex.open(LetterEmbedding()), LocalEmbedder()
    async with a_place(tmp_path) as place, new_index(tmp_path, other) as index:
        german = await ready(place, "vertrag.txt", a_text([GERMAN]))
        assert [warning.code for warning in place.document(german).warnings] == ["language_not_embedded"]
        await reindexed(place, index, other)
        assert place.document(german).warnings  # until that index is in use
        await reindexed(place, index, other, NEXT)
        assert place.document(german).warnings == ()
        back = await EdgeIndex.open(tmp_path / "back", local.dimensions, local.name)
        await reindexed(place, back, local, NEXT + 1)
        await back.close()
        assert [warning.code for warning in place.document(german).warnings] == ["language_not_embedded"]


async def test_a_document_without_its_text_is_left_out_by_name(tmp_path: Path) -> None:
    embedder = LocalEmbedder()
    async with a_place(tmp_path) as place, new_index(tmp_path, embedder) as index:
        lost, kept = await ready(place, "terms.txt", LONG), await ready(place, "short.txt", a_text([ENGLISH]))
        await place.store.delete(f"versions/{lost}")
        tally = await reindexed(place, index, embedder)
        assert [(each.document_id, each.filename) for each in tally.left_out.values()] == [
            (place.versions[lost], "terms.txt")
        ]
        assert set(await index.counts()) == {kept}


async def test_a_document_that_was_half_indexed_goes_whole_into_the_index_put_to_use_meanwhile(tmp_path: Path) -> None:
    small = await FromLlamaIndex.open(LetterEmbedding(), max_tokens=100)
    async with a_place(tmp_path) as place, new_index(tmp_path, small) as index:
        version_id = await place.queue("terms.txt", LONG, PLAIN)
        job = await place.run_until(version_id, "index 0")
        progress = await reindexed(place, index, small, NEXT)
        assert (progress.settled, await index.counts()) == ({}, {})
        place.use(Pair(index, small, NEXT))
        await place.run(version_id, ScriptedJob(place, version_id, done=job.done))
        assert place.document(version_id).status == "ready"
        assert place.document(version_id).chunks == await index.count(version_id) > await place.index.count(version_id)
        (named,) = await index.documents(DocumentQuery(WORKSPACE, Within(None), query_vector("terms"), 5))
        assert named.version_id == version_id


async def test_what_became_live_or_was_renamed_since_the_last_pass_is_in_the_index_that_is_switched_to(
    tmp_path: Path,
) -> None:
    embedder = LocalEmbedder()
    async with a_place(tmp_path) as place, new_index(tmp_path, embedder) as index:
        first = await ready(place, "terms.txt", LONG)
        coming = Generation(NEXT, embedder.name, embedder.dimensions, "local")
        run = Reindexing(place.catalog, place.texts, index, embedder)
        seen = await run.run()
        second = await ready(place, "short.txt", a_text([ENGLISH]))
        assert not await place.catalog.write(generations.switch, coming, seen, {})
        assert await place.catalog.read(generations.in_use) is None
        await place.catalog.write(
            documents.edit, WORKSPACE, place.versions[first], Edit(title="Zebra lease", retitled=True)
        )
        await run.switch_to(coming)
        assert await place.catalog.read(generations.in_use) == coming
        assert set(await index.counts()) == {first, second}
        (found,) = await index.documents(DocumentQuery(WORKSPACE, Within(None), query_vector("zebra"), 5))
        assert found.version_id == first


async def test_a_run_that_knows_what_is_settled_reads_no_text_again(tmp_path: Path) -> None:
    embedder = LocalEmbedder()
    async with a_place(tmp_path) as place, new_index(tmp_path, embedder) as index:
        version_id = await ready(place, "terms.txt", LONG)
        noted: dict[str, Settled] = {}
        await Reindexing(place.catalog, place.texts, index, embedder, note=noted.update).run()
        await place.store.delete(f"versions/{version_id}")
        again = Reindexing(place.catalog, place.texts, index, embedder, settled=noted)
        await again.run()
        assert (set(again.progress.settled), again.progress.left_out) == ({version_id}, {})
        await index.delete(None, [version_id])  # what is noted is not believed when the index lacks it
        await again.run()
        assert (again.progress.settled, set(again.progress.left_out)) == ({}, {version_id})


async def test_an_embedder_that_cannot_hold_a_clause_is_refused(tmp_path: Path) -> None:
    tiny = await FromLlamaIndex.open(LetterEmbedding(), max_tokens=16)
    async with a_place(tmp_path) as place, new_index(tmp_path, tiny) as index:
        with pytest.raises(EmbedderUnavailable, match="too few for a clause"):
            await reindexed(place, index, tiny)


class Cutting:
    """The packaged embedder, which is away after so many batches of texts."""

    def __init__(self, embedder: LocalEmbedder, after: int) -> None:
        self._embedder = embedder
        self._left = after * 4  # slices of a batch
        self.name, self.dimensions = embedder.name, embedder.dimensions
        self.max_tokens, self.languages = embedder.max_tokens, embedder.languages
        self.count_tokens = embedder.count_tokens
        self.embed_query = embedder.embed_query

    async def embed(self, texts: list[str]) -> list[object]:
        if not self._left:
            raise EmbedderUnavailable("The embedder is away.")
        self._left -= 1
        await asyncio.sleep(0)
        return await self._embedder.embed(texts)
