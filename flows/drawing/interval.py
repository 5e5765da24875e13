"""A share and its interval as a small bar for the cell of a table, which has the numbers beside it."""

from markupsafe import Markup

WIDTH, HEIGHT = 100, 12


def interval_bar(share: float | None, low: float | None, high: float | None) -> Markup:
    """A dot at the share on a line from 0 to 100 %, with a bar from `low` to `high`; without interval the dot alone.

    Decoration: hidden from those who listen. A share that is not known or not to be shown gives empty markup.
    """
    if share is None:
        return Markup("")
    bar = ""
    if low is not None and high is not None:
        left, right = WIDTH * low, WIDTH * high
        bar = Markup(
            '<rect x="{:.1f}" y="3.5" width="{:.1f}" height="5" rx="2.5" fill="var(--accent)" opacity=".3"/>'
        ).format(left, right - left)
    return Markup(
        '<svg class="interval" viewBox="-4 0 108 12" width="108" height="12" aria-hidden="true">'
        '<line x1="0" x2="100" y1="6" y2="6" stroke="var(--line)"/>{}'
        '<circle cx="{:.1f}" cy="6" r="3.2" fill="var(--accent)"/></svg>'
    ).format(bar, WIDTH * share)
