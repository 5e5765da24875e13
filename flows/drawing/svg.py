"""The way from any Altair chart to an SVG that belongs to the page.

Colours are the page's own CSS variables and text is `currentColor`: a figure follows light, dark and print.
"""

import re
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

from flows.privacy.escaping import drawable

FONT = "system-ui, sans-serif"
FAINT = "var(--line)"
INK = "currentColor"
# The labels of an axis of shares, as the text writes them: 25 %.
PER_CENT = "format(100 * datum.value, 'd') + '\u202f%'"


def inline_svg(chart: Any, title: str, says: str) -> Markup:
    """The chart as an SVG image that scales to its place and says what it shows (title, desc)."""
    themed = chart.configure(
        background="transparent",
        font=FONT,
        view={"stroke": None},
        axis={
            "labelColor": INK,
            "titleColor": INK,
            "labelFontSize": 11,
            "titleFontSize": 11,
            "titleFontWeight": "normal",
            "gridColor": FAINT,
            "domainColor": FAINT,
            "tickColor": FAINT,
            "labelLimit": 200,
        },
        title={"color": INK, "fontSize": 11, "fontWeight": "normal", "anchor": "start", "offset": 6},
    )
    import vl_convert  # reserves much address space, which what is not drawn by it need not have

    drawn: str = vl_convert.vegalite_to_svg(drawable(themed.to_json()))
    # Inside HTML an SVG needs no namespace, and without it the page names no address at all.
    svg = ElementTree.fromstring(re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", drawn))
    for element in svg.iter():
        _plain(element)
    del svg.attrib["width"], svg.attrib["height"]
    svg.set("role", "img")
    svg.set("font-family", FONT)
    for position, (tag, text) in enumerate((("title", title), ("desc", says))):
        described = ElementTree.Element(tag)
        described.text = text
        svg.insert(position, described)
    return Markup(ElementTree.tostring(svg, encoding="unicode"))


def _plain(element: ElementTree.Element) -> None:
    """Without the chart library's own roles (the whole is one image) and what goes without saying, and short."""
    said = ("role", "class", "font-family", "pointer-events")
    for name in [name for name in element.attrib if name.startswith("aria-") or name in said]:
        del element.attrib[name]
    if element.get("opacity") == "1":
        del element.attrib["opacity"]
    for name in ("d", "transform"):
        if name in element.attrib:
            element.set(name, re.sub(r"\d+\.\d{2,}", _one_decimal, element.attrib[name]))
    if "d" in element.attrib:
        element.set("d", _short(element.attrib["d"]))


def _one_decimal(number: re.Match[str]) -> str:
    return f"{float(number.group()):.1f}"


def _short(path: str) -> str:
    """The same path where it has corners only: steps as H and V, what moves by less than a tenth left out."""
    if not re.fullmatch(r"(?:[ML]-?[\d.]+,-?[\d.]+)+Z?", path):
        return path
    drawn, x, y = [], "", ""
    for command, to_x, to_y in re.findall(r"([ML])(-?[\d.]+),(-?[\d.]+)", path):
        if command == "M":
            drawn.append(f"M{to_x},{to_y}")
        elif to_x != x or to_y != y:
            drawn.append(f"V{to_y}" if to_x == x else f"H{to_x}" if to_y == y else f"L{to_x},{to_y}")
        x, y = to_x, to_y
    return "".join(drawn) + ("Z" if path.endswith("Z") else "")
