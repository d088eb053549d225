from __future__ import annotations

import re
import uuid

from proviso.ids import chunk_id, new_id, point_id


def test_random_ids_are_short_fit_a_url_and_never_meet() -> None:
    made = {new_id("doc") for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch(r"doc_[0-9a-f]{24}", one) for one in made)


def test_the_id_of_a_point_is_the_same_after_a_restart() -> None:
    assert point_id("ver_a", 0) == "adeff7bf-4ee5-51dd-b9fd-024f08bf84c0"
    assert uuid.UUID(point_id("ver_a", 0)).version == 5


def test_points_of_different_chunks_and_versions_differ() -> None:
    places = [(version, chunk) for version in ("ver_a", "ver_b", "ver_1") for chunk in range(12)]
    assert len({point_id(*place) for place in places}) == len(places)
    assert len({chunk_id(*place) for place in places}) == len(places)
