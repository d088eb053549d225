"""A shard that belongs to one workspace (records): what needs not be asked of it then.

Of 100,000 chunks, to check for each whether it is of the workspace takes a fifth of a search by vector, and to count for each word in how
many of the workspace's it stands takes two thirds of a search by words. Where every chunk is the workspace's, the engine's own figures
are the same, and are there. They count what was deleted too, until the shard is opened again: then, words are counted as ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import qdrant_edge as edge

from records.index.points import Ranking, Row
from records.index.schema import BM25, DENSE, SPARSE, WORKSPACE, chunks_of


@dataclass(slots=True)
class Sole:
    """Whose the chunks of a shard are. `workspace` None: nobody's yet. `whole`: every chunk has words, and none was deleted."""

    workspace: str | None = None
    several: bool = False
    whole: bool = True

    @classmethod
    def of(cls, shard: edge.EdgeShard) -> Sole:
        """As the shard is opened: 0.1 s of 100,000 chunks."""
        found = shard.facet(edge.FacetRequest(WORKSPACE, limit=2, exact=True)).hits
        if len(found) > 1:
            return cls(several=True)
        vectors = {name: _having(shard, name) for name in SPARSE}
        chunks = found[0].count if found else 0
        whole = vectors[BM25] == chunks and shard.info().indexed_vectors_count == sum(vectors.values())
        return cls(str(found[0].value) if found else None, whole=whole)

    def take(self, rows: Iterable[Row]) -> None:
        """These rows are about to be written."""
        for row in rows:
            workspace = row.payload.get(WORKSPACE)
            if workspace is not None:
                self.several |= self.workspace not in {None, workspace}
                self.workspace = workspace
                self.whole &= BM25 in row.sparse

    def eased(self, ranking: Ranking) -> Ranking:
        """`ranking` without what is so of every chunk."""
        mine = (WORKSPACE, (str(self.workspace),))
        if self.several or ranking.using not in {DENSE, BM25} or mine not in ranking.chosen.having:
            return ranking
        having = tuple(each for each in ranking.chosen.having if each != mine)
        whole = self.whole and ranking.corpus == chunks_of(self.workspace)
        corpus = None if whole else ranking.corpus
        return replace(ranking, chosen=replace(ranking.chosen, having=having), corpus=corpus)


def _having(shard: edge.EdgeShard, vector: str) -> int:
    wanted = edge.Filter(must=[edge.HasVectorCondition(vector)])
    return int(shard.count(edge.CountRequest(filter=wanted, exact=True)))
