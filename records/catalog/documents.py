"""Documents in the catalog (floor 2): the one name for what `lifecycle`, `describing`, `scopes` and `deletion` do.

Every function takes a session first and runs inside `Catalog.read` or `Catalog.write`.
"""

from __future__ import annotations

from records.catalog.deletion import begin_delete, deleting, finish_delete, garbage_keys, swept, version_ids
from records.catalog.describing import (
    collections,
    count_by_status,
    get,
    listing,
    live_versions,
    newest_version,
    unfinished,
    version,
)
from records.catalog.lifecycle import add, fail, parsed, publish, requeue, stage
from records.catalog.rows import (
    CollectionRecord,
    DocumentRecord,
    NewDocument,
    PageCoverage,
    ParsedFacts,
    Pending,
    VersionRecord,
)
from records.catalog.scopes import extraction_scope, resolve_scope

__all__ = [
    "CollectionRecord",
    "DocumentRecord",
    "NewDocument",
    "PageCoverage",
    "ParsedFacts",
    "Pending",
    "VersionRecord",
    "add",
    "begin_delete",
    "collections",
    "count_by_status",
    "deleting",
    "extraction_scope",
    "fail",
    "finish_delete",
    "garbage_keys",
    "get",
    "listing",
    "live_versions",
    "newest_version",
    "parsed",
    "publish",
    "requeue",
    "resolve_scope",
    "stage",
    "swept",
    "unfinished",
    "version",
    "version_ids",
]
