"""A service on a server follows the catalog to another index and embedder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.pairing import open_pair
from api.switching import Switching
from proviso.errors import EmbedderUnavailable, IndexUnavailable
from proviso.settings import Settings
from records.catalog import generations
from records.catalog.catalog import Catalog
from records.catalog.generations import Generation
from records.store.folder import FolderStore
from records.texts import Texts

LETTERS = "llamaindex:tests.instruments.letter_embedding:LetterEmbedding"
NAME = "base_component/26"
pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[Catalog]:
    opened = Catalog.open(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
async def switching(catalog: Catalog, tmp_path: Path) -> AsyncIterator[Switching]:
    """A service's, on a server of its own, with the embedder `LETTERS`."""
    settings = Settings(_env_file=None, data_dir=tmp_path, qdrant_url=":memory:", embedder=LETTERS)
    pair = await open_pair(settings, None)
    await catalog.write(generations.claim, Generation(0, NAME, 26, LETTERS))
    opened = Switching(settings, catalog, Texts(FolderStore(tmp_path / "store")), pair)
    yield opened
    await opened.close()


async def test_it_stays_while_the_catalog_names_the_same(switching: Switching) -> None:
    before = switching.in_use.pair
    await switching.follow()
    assert switching.in_use.pair is before


async def test_it_opens_what_the_catalog_names_and_lets_who_began_before_end_there(
    switching: Switching, catalog: Catalog
) -> None:
    with switching.in_use.taken() as before:
        await catalog.write(generations.switch, Generation(1, NAME, 26, LETTERS), {}, {})
        await switching.follow()
        after = switching.in_use.pair
        assert (before.generation, after.generation) == (0, 1)
        assert (await after.index.state()).place.endswith("proviso_26_1")
        assert await before.index.counts() == {}


async def test_one_that_cannot_be_opened_leaves_the_service_where_it_is(switching: Switching, catalog: Catalog) -> None:
    before = switching.in_use.pair
    await catalog.write(generations.switch, Generation(1, "x/26", 26, "nonsense"), {}, {})
    with pytest.raises(EmbedderUnavailable, match="is not known"):
        await switching.follow()
    await catalog.write(generations.switch, Generation(2, "other/26", 26, LETTERS), {}, {})
    with pytest.raises(IndexUnavailable, match="is for the embedder other/26"):
        await switching.follow()
    assert switching.in_use.pair is before
