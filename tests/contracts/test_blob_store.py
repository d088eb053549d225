"""The contract of `BlobStore`, over the folder store and over the object store (obstore's own memory service)."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from proviso.errors import NotFound
from proviso.ports import BlobStore
from records.store.cloud import ObjectStore
from records.store.folder import FolderStore


@pytest.fixture(params=["folder", "object"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "store")
    return ObjectStore(MemoryStore())


async def test_what_was_put_is_got(store: BlobStore) -> None:
    await store.put("versions/v1/text", "Überlassung §2".encode())
    assert await store.get("versions/v1/text") == "Überlassung §2".encode()


async def test_an_empty_blob_is_a_blob(store: BlobStore) -> None:
    await store.put("versions/v1/text", b"")
    assert await store.get("versions/v1/text") == b""


async def test_putting_a_key_again_replaces_it(store: BlobStore) -> None:
    await store.put("versions/v1/text", b"first")
    await store.put("versions/v1/text", b"second")
    assert await store.get("versions/v1/text") == b"second"


async def test_a_missing_key_is_not_found(store: BlobStore) -> None:
    with pytest.raises(NotFound):
        await store.get("files/none")


async def test_what_is_fetched_is_a_file_with_the_same_bytes(store: BlobStore, tmp_path: Path) -> None:
    data = bytes(range(256)) * 100_000
    await store.put("files/large", data)
    await store.fetch("files/large", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == data
    with pytest.raises(NotFound):
        await store.fetch("files/other", tmp_path / "copy")


async def test_a_folder_of_keys_is_not_a_key(store: BlobStore) -> None:
    await store.put("versions/v1/text", b"x")
    with pytest.raises(NotFound):
        await store.get("versions/v1")


async def test_a_file_is_stored_by_its_hash_and_storing_it_again_changes_nothing(
    store: BlobStore, samples: Path, tmp_path: Path
) -> None:
    data = (samples / "nyliac-service.pdf").read_bytes()
    key = f"files/{hashlib.sha256(data).hexdigest()}"
    for attempt in range(2):
        upload = tmp_path / f"upload-{attempt}"
        upload.write_bytes(data)
        await store.put_file(key, upload)
    assert await store.get(key) == data
    assert await store.keys("files") == [key]


async def test_deleting_a_prefix_deletes_what_equals_it_or_lies_below_it(store: BlobStore) -> None:
    for key in ("versions/v1/text", "versions/v1/boxes", "versions/v10/text", "files/v1"):
        await store.put(key, b"x")
    assert await store.delete("versions/v1") == 2
    assert await store.keys("") == ["files/v1", "versions/v10/text"]
    assert await store.delete("files/v1") == 1
    assert await store.keys("") == ["versions/v10/text"]


async def test_deleting_what_is_not_there_deletes_nothing(store: BlobStore) -> None:
    assert await store.delete("files/none") == 0
    assert await store.delete("versions/none/text") == 0


async def test_keys_are_listed_in_order_below_a_prefix(store: BlobStore) -> None:
    for key in ("versions/b/text", "versions/a/text", "files/a"):
        await store.put(key, b"x")
    assert await store.keys("versions") == ["versions/a/text", "versions/b/text"]
    assert await store.keys("files/a") == ["files/a"]
    assert await store.keys("nothing") == []


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../x", "files/../../x", "a//b", "a/.", "a/.hidden", "a\\b", "a/b\0"]
)
async def test_a_key_that_could_leave_the_store_is_refused(store: BlobStore, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        await store.put(key, b"x")
    with pytest.raises(ValueError, match="not a key"):
        await store.get(key)
    with pytest.raises(ValueError, match="not a key"):
        await store.delete(key)


async def test_deleting_the_same_prefix_from_two_sides_at_once_is_harmless(store: BlobStore) -> None:
    for n in range(5):
        for name in "abcdef":
            await store.put(f"versions/{n}/{name}", b"x")
        await asyncio.gather(*(store.delete(f"versions/{n}") for _ in range(4)))
    assert await store.keys("versions") == []
