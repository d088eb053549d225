"""Documents in the catalog (floor 2): the one name for what `lifecycle`, `renewing`, `editing`, `retention`, `describing`,
`opening`, `scopes` and `deletion` do.

Every function takes a session first and runs inside `Catalog.read` or `Catalog.write`.
"""

from __future__ import annotations

from records.catalog.deletion import (
    begin_delete,
    begin_delete_collection,
    deleting,
    discard_unused,
    finish_delete,
    garbage_keys,
    swept,
    version_ids,
)
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
from records.catalog.editing import Edit, edit
from records.catalog.lifecycle import add, fail, parsed, publish, stage
from records.catalog.opening import Standing, kept_version, kept_versions, known, standings
from records.catalog.renewing import replace, requeue
from records.catalog.retention import release
from records.catalog.rows import (
    CollectionRecord,
    DocumentRecord,
    KeptVersion,
    NewDocument,
    PageCoverage,
    ParsedFacts,
    Pending,
    VersionRecord,
)
from records.catalog.scopes import extraction_scope, filenames, resolve_scope

__all__ = [
    "CollectionRecord",
    "DocumentRecord",
    "Edit",
    "KeptVersion",
    "NewDocument",
    "PageCoverage",
    "ParsedFacts",
    "Pending",
    "Standing",
    "VersionRecord",
    "add",
    "begin_delete",
    "begin_delete_collection",
    "collections",
    "count_by_status",
    "deleting",
    "discard_unused",
    "edit",
    "extraction_scope",
    "fail",
    "filenames",
    "finish_delete",
    "garbage_keys",
    "get",
    "kept_version",
    "kept_versions",
    "known",
    "listing",
    "live_versions",
    "newest_version",
    "parsed",
    "publish",
    "release",
    "replace",
    "requeue",
    "resolve_scope",
    "stage",
    "standings",
    "swept",
    "unfinished",
    "version",
    "version_ids",
]
