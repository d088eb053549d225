"""Brings the vectors of other models to unit length (pure; floor 4); the packaged model does so in its own graph."""

from __future__ import annotations

import math
from collections.abc import Sequence

from proviso.errors import EmbedderUnavailable


def unit_vector(values: Sequence[float]) -> list[float]:
    """`values` divided by their length. Zeros, NaN and infinities have no direction and are refused."""
    length = math.hypot(*values)
    if not 0 < length < math.inf:
        raise EmbedderUnavailable("The embedding model returned a vector without a direction (zeros, NaN or infinity).")
    return [value / length for value in values]
