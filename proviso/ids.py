"""Opaque ids (floor 0): random for what users create, derived for what must come out the same after a restart."""

from __future__ import annotations

import secrets
import uuid

POINT_NAMESPACE = uuid.UUID("6f3d7a52-6d0f-5f0e-9a43-0d7b0c8f2a11")


def new_id(prefix: str) -> str:
    """A random id such as `doc_4f0c…` (96 bits): short enough for a URL, too long to guess."""
    return f"{prefix}_{secrets.token_hex(12)}"


def point_id(version_id: str, chunk_index: int) -> str:
    """The index id of a chunk: uuid5 of version and chunk index, so that a repeated upsert overwrites itself."""
    return str(uuid.uuid5(POINT_NAMESPACE, f"{version_id}/{chunk_index}"))


def document_point_id(version_id: str) -> str:
    """The index id of a version's own point, by which its document is found by name."""
    return str(uuid.uuid5(POINT_NAMESPACE, version_id))


def chunk_id(version_id: str, chunk_index: int) -> str:
    """The public id of a chunk."""
    return f"{version_id}.{chunk_index}"
