"""What the folder store adds to the contract: durability, leftovers, and faults said in a sentence."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from proviso.errors import StoreUnavailable
from records.store.choose import open_store
from records.store.cloud import ObjectStore
from records.store.folder import FolderStore

PUTS_FOREVER = """
import asyncio, sys
from pathlib import Path
from records.store.folder import FolderStore

async def main():
    store = FolderStore(Path(sys.argv[1]))
    for number in range(1_000_000):
        await store.put(f"files/f{number}", str(number).encode() * 20_000)
        print(number, flush=True)

asyncio.run(main())
"""


async def test_a_stored_file_may_be_moved_rather_than_copied(tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.write_bytes(b"contract")
    inode = upload.stat().st_ino
    await FolderStore(tmp_path / "store").put_file("files/abc", upload)
    assert (tmp_path / "store/files/abc").stat().st_ino == inode
    assert not upload.exists()


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no second file system at /dev/shm")
async def test_a_file_from_another_file_system_is_copied(tmp_path: Path) -> None:
    upload = Path("/dev/shm") / f"proviso-test-{os.getpid()}"
    upload.write_bytes(b"contract")
    try:
        store = FolderStore(tmp_path / "store")
        await store.put_file("files/abc", upload)
        assert await store.get("files/abc") == b"contract"
    finally:
        upload.unlink(missing_ok=True)


async def test_many_puts_of_one_key_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    await asyncio.gather(*(store.put("versions/v1/text", bytes([n]) * 100_000) for n in range(20)))
    data = await store.get("versions/v1/text")
    assert len(data) == 100_000
    assert len(set(data)) == 1
    assert await store.keys("") == ["versions/v1/text"]


async def test_old_half_written_files_are_removed_at_the_next_start_and_young_ones_are_not(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    await store.put("files/a", b"x")
    old, young = tmp_path / "files/.tmp-put_old", tmp_path / "files/.tmp-put_young"
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    two_days_ago = time.time() - 2 * 86_400
    os.utime(old, (two_days_ago, two_days_ago))
    assert await FolderStore(tmp_path).keys("") == ["files/a"]
    assert not old.exists()
    assert young.exists()


def test_a_store_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        FolderStore(tmp_path / "taken" / "store")


async def test_a_store_that_breaks_while_in_use_is_a_sentence(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "store")
    shutil.rmtree(tmp_path / "store")
    (tmp_path / "store").write_text("a file now")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        await store.put("files/a", b"x")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full to stand for a full disk")
async def test_a_full_disk_is_named(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    fault = store._run(lambda: Path("/dev/full").write_bytes(b"x"))
    with pytest.raises(StoreUnavailable, match="full"):
        await fault


@pytest.mark.kill
def test_after_kill_9_every_acknowledged_file_is_whole(tmp_path: Path, repository: Path) -> None:
    acknowledged = 0
    for _ in range(5):
        root = tmp_path / f"store{_}"
        command = [sys.executable, "-c", PUTS_FOREVER, str(root)]
        with subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout
            seen = [int(writer.stdout.readline()) for _ in range(10)]
            writer.kill()
            seen += [int(line) for line in writer.stdout.read().split("\n")[:-1] if line]
        acknowledged += len(seen)
        for number in seen:
            assert (root / f"files/f{number}").read_bytes() == str(number).encode() * 20_000
        for path in (root / "files").glob("f*"):
            assert path.read_bytes() == path.name[1:].encode() * 20_000
    assert acknowledged >= 50


def test_the_store_is_the_folder_unless_a_url_names_a_service(tmp_path: Path) -> None:
    assert isinstance(open_store(None, tmp_path), FolderStore)
    assert isinstance(open_store("s3://bucket/prefix", tmp_path), ObjectStore)
    with pytest.raises(StoreUnavailable, match="PROVISO_STORE_URL"):
        open_store("ftp://server/x", tmp_path)


@pytest.mark.filterwarnings("ignore")
async def test_a_service_that_does_not_answer_is_unavailable() -> None:
    from obstore.store import S3Store

    service = S3Store(
        "bucket",
        endpoint="http://127.0.0.1:9",
        access_key_id="a",
        secret_access_key="b",
        region="us-east-1",
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )
    store = ObjectStore(service)
    with pytest.raises(StoreUnavailable, match="could not be read"):
        await store.get("files/a")
    with pytest.raises(StoreUnavailable, match="could not be written"):
        await store.put("files/a", b"x")
