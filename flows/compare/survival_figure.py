"""PFS in both stores as one figure, after the rule of privacy.

The same patients stand on both sides, so no test between the two is offered.
"""

from __future__ import annotations

from pathlib import Path

import altair as alt
import polars as pl

from flows.drawing.curve_names import x_title
from flows.drawing.curve_values import end_of, of_origin
from flows.drawing.curves_altair import drawn_of, key_of, panel, risk_rows
from flows.drawing.paper import COLUMN_MM, Figure, png, svg
from flows.figures.outcomes import read_outcomes, shared_outcomes
from flows.privacy.private_files import write_private
from transforms.survival import CURVES

NAME = "km-pfs-line-1-a-and-b"


def write_figure(database_a: Path, database_b: Path, names: tuple[str, str], folder: Path) -> list[str]:
    """Draw PFS of line 1 in both stores as SVG and PNG, after the rule of privacy; return the files written, if any.

    `names` are what the key calls the two.
    """

    origin = next(origin for origin in CURVES if origin.endpoint == "PFS")
    curves = []
    for database, name in zip((database_a, database_b), names, strict=True):
        found = shared_outcomes(read_outcomes(database))["survival_curve"]
        if found is not None:
            of_all = of_origin(found, origin).filter(stratum_by="overall")
            curves.append(of_all.with_columns(stratum=pl.lit(name)))
    both = pl.concat(curves).rename({"survival": "value"}) if curves else pl.DataFrame()
    if both.is_empty():
        return []
    key = key_of(both["stratum"].unique().to_list())
    drawn = drawn_of(both, key, end_of(both))
    plot = panel(drawn, key, (x_title(origin), "Progression-free survival"), (250, 178))
    chart = alt.vconcat(plot, risk_rows(drawn, key, 250), spacing=6)
    says = "Kaplan-Meier estimates of the same patients, as each of the two runs derives progression."
    text = svg(Figure(NAME, chart, COLUMN_MM, f"Progression-free survival of line 1: {' and '.join(names)}", says))
    folder.mkdir(parents=True, exist_ok=True)
    write_private(folder / f"{NAME}.svg", text.encode())
    write_private(folder / f"{NAME}.png", png(text))
    return [f"{NAME}.svg", f"{NAME}.png"]
