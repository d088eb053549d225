"""On a server an index is built in a collection of its own, beside the one in use."""

from __future__ import annotations

from dataclasses import replace

import pytest
from qdrant_client import AsyncQdrantClient

from proviso.errors import IndexUnavailable
from records.index.layout import USUAL
from records.index.server import ServerIndex
from tests.contracts.indexes import DIMENSIONS, EMBEDDER, points_of

OTHER = "another-embedder"
pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")


async def test_a_collection_is_built_beside_the_one_in_use_and_takes_the_alias() -> None:
    client = AsyncQdrantClient(":memory:")
    used = await ServerIndex.open(client, dimensions=DIMENSIONS, embedder=EMBEDDER)
    await used.upsert(points_of("ver_1", 20))
    await used.take_alias()
    layout = replace(USUAL, generation=1, afresh=True)
    built = await ServerIndex.open(client, dimensions=DIMENSIONS, embedder=OTHER, layout=layout)
    await built.upsert(points_of("ver_2", 20))
    assert (await used.counts(), await built.counts()) == ({"ver_1": 20}, {"ver_2": 20})
    await built.take_alias()
    assert [each.collection_name for each in (await client.get_aliases()).aliases] == [f"proviso_{DIMENSIONS}_1"]
    await client.create_collection("somebody_else", {})
    assert await built.drop_others() == [f"proviso_{DIMENSIONS}"]
    assert await built.counts() == {"ver_2": 20}
    assert await client.collection_exists("somebody_else")
    await client.close()


async def test_one_that_was_begun_for_another_embedder_is_begun_again_only_by_who_builds() -> None:
    client = AsyncQdrantClient(":memory:")
    layout = replace(USUAL, generation=1, afresh=True)
    begun = await ServerIndex.open(client, dimensions=DIMENSIONS, embedder=EMBEDDER, layout=layout)
    await begun.upsert(points_of("ver_1", 20))
    again = await ServerIndex.open(client, dimensions=DIMENSIONS, embedder=EMBEDDER, layout=layout)
    assert await again.counts() == {"ver_1": 20}
    other = await ServerIndex.open(client, dimensions=DIMENSIONS, embedder=OTHER, layout=layout)
    assert await other.counts() == {}
    with pytest.raises(IndexUnavailable, match="built with the embedder"):
        await ServerIndex.open(client, dimensions=DIMENSIONS, embedder=EMBEDDER, layout=replace(layout, afresh=False))
