"""Marks of an SVG, written as they are: charts that a page has by the dozen, which Altair would take seconds to draw.

Coordinates are pixels from the upper left corner of the plot, in tenths; text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

from markupsafe import Markup

from flows.drawing.svg import FAINT, FONT, INK

Anchor = Literal["start", "middle", "end"]
Points = Sequence[tuple[float, float]]
TEXT = 12
# An axis is drawn between pixels' edges, so that a line of one pixel is not smeared over two.
CRISP = 0.5


@dataclass
class Drawing:
    """Marks in a frame of `width` by `height`, whose plot begins at `left` and `top`."""

    width: float
    height: float
    left: float
    top: float
    marks: list[str] = field(default_factory=list)
    # What has links is a group of them to those who hear it; anything else is one image.
    has_links: bool = False

    def add(self, *marks: str) -> None:
        """Draw these over what is there."""
        self.marks += marks

    def svg(self, title: str, says: str) -> Markup:
        """An image that scales to its place and says what it shows (title, desc)."""
        role = "group" if self.has_links else "img"
        return Markup(  # every text of the marks is escaped where they are made
            f'<svg version="1.1" viewBox="0 0 {_n(self.width)} {_n(self.height)}" role="{role}" font-family="{FONT}">'
            f"<title>{escape(title)}</title><desc>{escape(says)}</desc>"
            f'<g fill="none" stroke-miterlimit="10" transform="translate({_n(self.left)},{_n(self.top)})">'
            f"{''.join(self.marks)}</g></svg>"
        )


def line(start: tuple[float, float], x: float, y: float, colour: str = FAINT, width: float = 1) -> str:
    """A straight line from a point, so far to the right and down."""
    return f'<line transform="{_at(*start)}" x2="{_n(x)}" y2="{_n(y)}" stroke="{colour}" stroke-width="{width}" />'


def text(
    x: float, y: float, said: str, anchor: Anchor = "start", *, bold: bool = False, fill: str = INK, size: int = TEXT
) -> str:
    """A text on its base line."""
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text text-anchor="{anchor}" transform="{_at(x, y)}" font-size="{size}px"{weight} fill="{fill}">'
        f"{escape(said)}</text>"
    )


def stroke(runs: Iterable[Points], colour: str, width: float, dash: Sequence[int]) -> str:
    """A line through each run of points."""
    dashes = ",".join(str(length) for length in dash)
    drawn = "".join(_path(run) for run in runs)
    return f'<path d="{drawn}" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dashes}" />'


def area(outline: Points, colour: str, opacity: float) -> str:
    """What an outline encloses."""
    return f'<path d="{_path(outline)}Z" fill="{colour}" opacity="{opacity}" />'


def bar(x: float, y: float, width: float, height: float, fill: str, **looks: Any) -> str:
    """A rectangle from its upper left corner."""
    return symbol(x, y, f"M0,0h{_n(width)}v{_n(height)}h{_n(-width)}Z", fill=fill, **looks)


def symbol(x: float, y: float, shape: str, **looks: Any) -> str:
    """A shape (the commands of a path about its middle) put at a point."""
    said = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in looks.items())
    return f'<path transform="{_at(x, y)}" d="{shape}"{said} />'


def moved(x: float, y: float, marks: Iterable[str]) -> str:
    """Marks about another origin."""
    return f'<g transform="{_at(x, y)}">{"".join(marks)}</g>'


def named(said: str, marks: Iterable[str]) -> str:
    """Marks that say what they are where the mouse rests on them."""
    return f"<g><title>{escape(said)}</title>{''.join(marks)}</g>"


def linked(href: str, said: str, marks: Iterable[str], *, is_reached: bool = True) -> str:
    """Marks that lead somewhere; `is_reached` by the keyboard too, unless another link leads there."""
    reached = "" if is_reached else ' tabindex="-1"'
    return f"<a href={quoteattr(href)}{reached}><title>{escape(said)}</title>{''.join(marks)}</a>"


def stepped(points: Points) -> list[tuple[float, float]]:
    """The corners of steps: each value holds until the next point."""
    corners = list(points[:1])
    for (_, before), (x, y) in pairwise(points):
        corners += [(x, before), (x, y)]
    return corners


def width_of(said: str, size: int = TEXT) -> float:
    """How many pixels a text takes, about."""
    return sum(_widths(said, size))


def _widths(said: str, size: int) -> list[float]:
    return [size * (1.0 if east_asian_width(letter) in "WF" else 0.56) for letter in said]


def shortened(said: str, room: float, size: int = TEXT) -> str:
    """The text, or as much of it as so many pixels take (about: letters differ, East Asia's are twice as wide)."""
    widths = _widths(said, size)
    if sum(widths) <= room:
        return said
    kept, used = 0, 0.8 * size
    while used + widths[kept] <= room:
        used += widths[kept]
        kept += 1
    return said[:kept] + "…"


def _path(points: Points) -> str:
    """Corners only: H and V where the line is level or upright, and nothing where it moves by less than a tenth."""
    drawn, at_x, at_y = "", "", ""
    for to_x, to_y in ((_n(x), _n(y)) for x, y in points):
        if not drawn:
            drawn = f"M{to_x},{to_y}"
        elif to_x != at_x or to_y != at_y:
            drawn += f"V{to_y}" if to_x == at_x else f"H{to_x}" if to_y == at_y else f"L{to_x},{to_y}"
        at_x, at_y = to_x, to_y
    return drawn


def _at(x: float, y: float) -> str:
    return f"translate({_n(x)},{_n(y)})"


@lru_cache(maxsize=1 << 14)  # curves have few heights and share their days
def _n(number: float) -> str:
    return f"{round(number, 1) + 0.0:g}" if abs(number) < 100_000 else f"{number:.1f}"
