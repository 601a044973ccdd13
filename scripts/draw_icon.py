#!/usr/bin/env python3
"""Draws .claude-plugin/icon.png: a weir seen from the side, still water held level by a bar.

Standard library only. Shapes are signed distances in pixels (negative inside), so that edges come out
smooth without drawing the picture larger first. Run it again after a change here: `scripts/draw_icon.py`.
"""

from __future__ import annotations

import os
import struct
import sys
import zlib
from collections.abc import Callable

SIZE = 512
Colour = tuple[int, int, int]
Shape = Callable[[float, float], float]

NIGHT: Colour = (18, 38, 58)
POOL: Colour = (64, 156, 190)
CALM: Colour = (150, 214, 228)
BELOW: Colour = (38, 100, 136)
BAR: Colour = (240, 196, 110)


def box(left: float, top: float, right: float, bottom: float, radius: float = 0.0) -> Shape:
    """A rectangle with rounded corners."""
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    half_x, half_y = (right - left) / 2 - radius, (bottom - top) / 2 - radius

    def distance(x: float, y: float) -> float:
        out_x, out_y = abs(x - middle_x) - half_x, abs(y - middle_y) - half_y
        outside = (max(out_x, 0.0) ** 2 + max(out_y, 0.0) ** 2) ** 0.5
        return outside + min(max(out_x, out_y), 0.0) - radius

    return distance


def both(one: Shape, other: Shape) -> Shape:
    """Where the two shapes overlap."""
    return lambda x, y: max(one(x, y), other(x, y))


TILE = box(0, 0, SIZE, SIZE, 104)
# Painted in this order, each over the ones before it.
LAYERS: tuple[tuple[Colour, Shape], ...] = (
    (NIGHT, TILE),
    (POOL, both(TILE, box(-40, 196, 262, 560))),
    (CALM, both(TILE, box(-40, 196, 262, 222))),
    (BELOW, both(TILE, box(262, 364, 560, 560))),
    (CALM, box(342, 402, 446, 418, 8)),
    (CALM, box(372, 442, 476, 458, 8)),
    (BAR, both(TILE, box(240, 118, 300, 600, 14))),
)


def pixels() -> bytes:
    """The picture as PNG scan lines: a filter byte, then red, green, blue, alpha of each pixel."""
    out = bytearray()
    for row in range(SIZE):
        out.append(0)
        for column in range(SIZE):
            x, y = column + 0.5, row + 0.5
            red = green = blue = 0.0
            for (r, g, b), shape in LAYERS:
                cover = min(max(0.5 - shape(x, y), 0.0), 1.0)
                if cover:
                    red += (r - red) * cover
                    green += (g - green) * cover
                    blue += (b - blue) * cover
            # The tile alone decides how solid a pixel is; its rim keeps its own colour.
            alpha = min(max(0.5 - TILE(x, y), 0.0), 1.0)
            if 0.0 < alpha < 1.0:
                red, green, blue = red / alpha, green / alpha, blue / alpha
            out += bytes(min(255, round(value)) for value in (red, green, blue, 255 * alpha))
    return bytes(out)


def chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk: length, kind, body, checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png() -> bytes:
    """The whole file."""
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels(), 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def main(arguments: list[str]) -> int:
    """Write the icon to the path given, or to its place in the plugin."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    path = arguments[0] if arguments else os.path.join(here, ".claude-plugin", "icon.png")
    with open(path, "wb") as file:
        file.write(png())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
