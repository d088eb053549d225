"""Which blob store (floor 2): a folder, or the object store that a URL names."""

from __future__ import annotations

from pathlib import Path

from proviso.errors import StoreUnavailable
from proviso.ports import BlobStore
from records.store.cloud import ObjectStore
from records.store.folder import FolderStore

SCHEMES = ("s3", "s3a", "gs", "az", "azure", "abfs", "abfss")


def open_store(url: str | None, folder: Path) -> BlobStore:
    """The object store at `url`, or the store in `folder` when there is none."""
    if not url:
        return FolderStore(folder)
    if url.partition("://")[0] not in SCHEMES:
        raise StoreUnavailable(f"PROVISO_STORE_URL must begin with s3://, gs:// or az://, not {url!r}.")
    return ObjectStore.from_url(url)
