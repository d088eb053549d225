"""The reading frame of a recognised page (floor 4, pure): the page put straight and upright, and the way back to it as displayed.

Layout works on the straight page; only what leaves for a reader, boxes of words and cells, is turned back to where it is displayed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from proviso.boxes import Box

DRIFT = 0.3
"""Words of a leaning line share one box until it would be taller than they are by this share of their height."""


@dataclass(frozen=True, slots=True)
class Tilt:
    """A displayed page of `width` x `height` points whose content leans `degrees` clockwise and must be turned `quarters` clockwise
    to stand upright."""

    degrees: float
    quarters: int
    width: float
    height: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the reading frame."""
        return (self.height, self.width) if self.quarters % 2 else (self.width, self.height)

    def matrix(self) -> tuple[float, float, float, float, float, float]:
        """From the displayed page to the reading frame: x' = a x + c y + e, y' = b x + d y + f."""
        angle = math.radians(90 * self.quarters - self.degrees)
        cos, sin = math.cos(angle), math.sin(angle)
        wide, high = self.size
        x, y = self.width / 2, self.height / 2
        return cos, sin, -sin, cos, wide / 2 - cos * x + sin * y, high / 2 - sin * x - cos * y

    def shown(self, box: Box) -> Box:
        """A box of the reading frame around the same words on the displayed page, clipped to it."""
        cos, sin, *_ = self.matrix()
        wide, high = self.size
        x, y = (box[0] + box[2] - wide) / 2, (box[1] + box[3] - high) / 2
        middle_x, middle_y = self.width / 2 + cos * x + sin * y, self.height / 2 - sin * x + cos * y
        half_x, half_y = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
        reach_x, reach_y = abs(cos) * half_x + abs(sin) * half_y, abs(sin) * half_x + abs(cos) * half_y
        return (
            min(max(middle_x - reach_x, 0.0), self.width),
            min(max(middle_y - reach_y, 0.0), self.height),
            min(max(middle_x + reach_x, 0.0), self.width),
            min(max(middle_y + reach_y, 0.0), self.height),
        )

    def drifts(self, first: Box, box: Box) -> bool:
        """Whether a word stands so far along its leaning line from `first` that one box around both would cover other lines."""
        return (box[2] - first[0]) * math.tan(math.radians(abs(self.degrees))) > DRIFT * (first[3] - first[1])
