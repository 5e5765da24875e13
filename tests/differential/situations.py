"""What happens to a patient now and then, and decides much: added to a made-up history, each by its own chance.

Each situation adds rows around the starts of the lines, or moves what is there. `test_histories` counts that every one
of them comes often enough to be tried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from transforms.intake.contracts import KINDS, dated_by, dtypes, required

Row = dict[str, Any]
Registry = dict[str, list[Row]]
FAR = [date(2099, 12, 31), date(2051, 1, 5)]
FIGURE_OF = {"serum_immunofixation": "serum_m_protein", "urine_immunofixation": "urine_m_protein"}
# Of a reference value r: what the criteria's clauses compare with, and a step to either side of it.
FALLS = ["1", "0.9", "0.75", "0.5", "0.25", "0.1"]
STEPS = {"serum_m_protein": "0.1", "iga": "0.1", "urine_m_protein": "1", "flc_kappa": "1", "flc_lambda": "1"}
RISES = {  # relative, and absolute, which both have to be met
    "serum_m_protein": ("0.5", "1.0"),
    "iga": ("0.5", "1.0"),
    "urine_m_protein": ("200", "200"),
    "flc_kappa": ("100", "100"),
    "flc_lambda": ("100", "100"),
}
BASES = {
    "serum_m_protein": ["1.0", "2.0", "4.0", "5.0", "6.0"],
    "iga": ["1.0", "2.0", "4.0", "5.0"],
    "urine_m_protein": ["200", "400", "1000", "2000"],
    "flc_kappa": ["100", "200", "400", "1000"],
    "flc_lambda": ["100", "200", "400", "1000"],
}
SIZES = ["400", "1000"]
CELL_LOST, ROW_LOST = 0.06, 0.04  # of a patient of whom something is lost
SHRUNK = ["0", "0.09", "0.1", "0.11", "0.25", "0.49", "0.5", "0.51", "0.75", "0.76", "1", "1.5"]


@dataclass
class Patient:
    """One patient of a registry being made, and the days on which his lines start."""

    rng: Random
    tables: Registry
    who: str
    starts: list[date]

    def add(self, table: str, dated: str, on: date, **columns: Any) -> None:
        """A row of his; columns that the contract does not have are left out."""
        known = {name: value for name, value in columns.items() if name in dtypes(table)}
        self.tables[table].append({"patient_id": self.who, dated: on} | known)

    def lab(self, on: date, analyte: str, value: str | Decimal, comparator: str | None = None) -> None:
        """A figure of the laboratory."""
        self.add("labs", "collected_on", on, analyte=analyte, value=Decimal(value), comparator=comparator)

    def immunofixation(self, on: date, fluid: str, result: str) -> None:
        """A result without a figure."""
        self.add("labs", "collected_on", on, analyte=fluid, result=result)

    def day(self, *days: int) -> date:
        """One of these days, counted from the start of one of his lines."""
        return self.rng.choice(self.starts) + timedelta(days=self.rng.choice(days))

    def start(self) -> date:
        """The start of one of his lines."""
        return self.rng.choice(self.starts)

    @property
    def row(self) -> Row:
        """His row of patients."""
        return next(row for row in reversed(self.tables["patients"]) if row["patient_id"] == self.who)


def immunofixation_before_a_line(of: Patient) -> None:
    """Negative, mostly, with a figure near it, long before it, after it, or none at all."""
    rng = of.rng
    for fluid, figure in FIGURE_OF.items():
        if rng.random() < 0.3:
            continue
        on = of.day(0, -1, -2, -3, -4, -20, -60, -87, -89, -90, -91, -93)
        of.immunofixation(on, fluid, rng.choice(["negative", "negative", "negative", "positive"]))
        if rng.random() < 0.2:  # two of a day, of which the positive counts
            of.immunofixation(on, fluid, "positive")
        for off in rng.sample([-60, -30, -4, -3, -2, 0, 2, 3, 4, 20], rng.choice([0, 0, 1, 1, 2])):
            of.lab(on + timedelta(days=off), figure, rng.choice(["0", "0.1", "0.6", "1.2", "200", "400"]))


def iga_of_the_beta_region(of: Patient) -> None:
    """Quantitative IgA is the M-protein; a negative immunofixation makes it none."""
    rng = of.rng
    of.row.update(m_protein_in_beta=True, isotype=rng.choice(["IgA", "IgA", None]))
    base = Decimal(rng.choice(BASES["iga"]))
    of.lab(of.day(0, -3, -60), "iga", base)
    for _ in range(rng.choice([2, 3, 5])):
        on = of.day(-3, -2, 0, 1, 3, 28, 56, 84, 112)
        of.lab(on, "iga", base * Decimal(rng.choice(FALLS)))
        if rng.random() < 0.5:
            on += timedelta(days=rng.choice([-3, 0, 0, 0, 3, 4]))
            of.immunofixation(on, "serum_immunofixation", rng.choice(["negative", "negative", "positive"]))
        if rng.random() < 0.5:
            of.immunofixation(on, "urine_immunofixation", "negative")


def calcium_without_albumin(of: Patient) -> None:
    """At and below the limit, due to myeloma; and one before, so that it appears."""
    rng = of.rng
    for _ in range(rng.choice([1, 2, 3])):
        on = of.day(-1, 0, 28, 29, 56, 84)
        of.tables["labs"][:] = [
            row
            for row in of.tables["labs"]
            if row["patient_id"] != of.who
            or row["analyte"] != "albumin"
            or abs((row["collected_on"] - on).days) > rng.choice([3, 4])
        ]
        value, attributed = rng.choice(["9.0", "10.9", "11.0", "11.4", "11.5", "11.6"]), rng.choice([True, True, None])
        of.add(
            *("labs", "collected_on", on),
            analyte="calcium",
            value=Decimal(value),
            comparator=rng.choice([None] * 5 + ["<", ">"]),
            attributed_to_myeloma=attributed,
        )
        if rng.random() < 0.7:
            of.lab(on, rng.choice(["serum_m_protein", "flc_kappa"]), "1.0")


def shrinking_plasmacytoma(of: Patient) -> None:
    """One of the baseline gets smaller by just enough, or nearly; the disease in serum, if any, responds beside it."""
    rng, start = of.rng, of.start()
    size, serum = Decimal(rng.choice(SIZES)), Decimal(rng.choice(BASES["serum_m_protein"]))
    of.add("imaging", "performed_on", start, plasmacytoma_spd_mm2=size, new_plasmacytoma=None)
    of.lab(start, "serum_m_protein", serum)
    of.lab(start, "urine_m_protein", "0")
    for month in range(1, rng.choice([2, 3, 5])):
        on = start + timedelta(days=28 * month)
        fluid = rng.choice(["figures", "figures", "immunofixation"])
        if rng.random() < 0.8:
            shrunk = size * Decimal(rng.choice(SHRUNK))
            of.add(
                "imaging", "performed_on", on, plasmacytoma_spd_mm2=shrunk, new_plasmacytoma=rng.choice([None, False])
            )
        if fluid == "figures":
            of.lab(on, "serum_m_protein", serum * Decimal(rng.choice(["0.5", "0.1", "0"])))
            of.lab(on, "urine_m_protein", rng.choice(["0", "99", "100"]))
        else:
            for name in FIGURE_OF:
                of.immunofixation(on, name, "negative")


def assessments_by_the_clinic(of: Patient) -> None:
    """Of some lines only, before and after them, with and without the line's number; or nothing but PD."""
    rng = of.rng
    only = rng.choice([["PD"], ["PD"], ["PD", "PR", "VGPR", "SD", "NE", "sCR"]])
    for _ in range(rng.choice([1, 1, 2, 4])):
        on = of.day(-20, -1, 0, 1, 28, 56, 57, 400)
        number = rng.choice([None, None, rng.randint(1, len(of.starts))])
        of.add("assessments", "assessed_on", on, response=rng.choice(only), line=number)


def ends_planned_far_ahead(of: Patient) -> None:
    """Ends of treatments, planned or mistyped, long after anybody saw the patient; or before they began."""
    for row in of.tables["treatments"]:
        if row["patient_id"] == of.who and of.rng.random() < 0.8:
            row["end_date"] = of.rng.choice([*FAR, row["start_date"] - timedelta(days=1), of.day(20, 90, 900)])


def rows_after_the_last_contact(of: Patient) -> None:
    """The recorded last contact, or the death, is before the last rows."""
    last = of.day(-1, 0, 1, 27, 28, 29, 60)
    of.row["last_contact_date"] = last
    if of.row["vital_status"] == "dead" and of.rng.random() < 0.5:
        of.row["death_date"] = last


def at_and_beside_every_limit(of: Patient) -> None:
    """A quantity falls and rises by exactly what a clause asks, or a step less or more."""
    rng, start = of.rng, of.start()
    analyte = rng.choice(list(STEPS))
    step, base = Decimal(STEPS[analyte]), Decimal(rng.choice(BASES[analyte]))
    of.lab(start - timedelta(days=rng.choice([0, 1, 30])), analyte, base)
    lowest, on = base, start
    for _ in range(rng.choice([2, 3, 5, 7])):
        on += timedelta(days=rng.choice([4, 28, 28, 30]))
        beside = rng.choice([0, 0, step, -step])
        if rng.random() < 0.6:
            value = base * Decimal(rng.choice(FALLS)) + beside
        else:
            absolute = Decimal(rng.choice(RISES[analyte]))
            value = max(lowest * Decimal("1.25"), lowest + absolute) + beside
        value = max(Decimal(0), value)
        lowest = min(lowest, value)
        of.lab(on, analyte, value, rng.choice([None] * 9 + ["<", ">", "<=", ">="]) if value else None)
        if rng.random() < 0.4:
            other = rng.choice(["serum_m_protein", "urine_m_protein"])
            of.lab(on, other, rng.choice(["0", "0", "99", "100"]))


def everything_on_one_day(of: Patient) -> None:
    """All that is dated, but the diagnosis, on the day a line starts or on one after it."""
    on, column = of.day(0, 0, 28), {"labs": "collected_on", "marrow": "collected_on", "imaging": "performed_on"}
    for table, dated in (column | {"mrd": "collected_on", "assessments": "assessed_on"}).items():
        for row in of.tables[table]:
            if row["patient_id"] == of.who:
                row[dated] = on
    if of.rng.random() < 0.5:
        of.row["last_contact_date"] = on


def examined_when_a_line_starts(of: Patient) -> None:
    """Marrow and imaging dated on a line's start: of the baseline, or the last look at the line before."""
    rng = of.rng
    for start in of.starts:
        if rng.random() < 0.7:
            value = rng.choice(["0", "4", "4.9", "5", "9", "10", "30"])
            sign = rng.choice([None, None, None, "<", ">"]) if value != "0" else None
            of.add(
                *("marrow", "collected_on", start),
                plasma_cell_percent=Decimal(value),
                plasma_cell_percent_comparator=sign,
                clonal_plasma_cells=rng.choice([None, "detected", "not_detected"]),
            )
        if rng.random() < 0.7:
            of.add(
                *("imaging", "performed_on", start),
                new_bone_lesion=rng.choice([None, False, True]),
                plasmacytoma_spd_mm2=rng.choice([None, Decimal(0), Decimal(400)]),
                new_plasmacytoma=rng.choice([None, False, True]),
            )
        if rng.random() < 0.5:
            for fluid in FIGURE_OF:
                of.immunofixation(start, fluid, "negative")


def drugs_in_several_rows(of: Patient) -> None:
    """Rows of one line with drugs in common, on the same days and on others."""
    rng = of.rng
    for row in [row for row in of.tables["treatments"] if row["patient_id"] == of.who]:
        again = dict(row, drugs=rng.choice(["bortezomib", "bortezomib;lenalidomide", "lenalidomide"]))
        again["start_date"] += timedelta(days=rng.choice([0, 0, 20]))
        of.tables["treatments"].append(again)


def mrd_at_the_edges(of: Patient) -> None:
    """Negative, and again a year later less or more a day; PET/CT at the edge of its window."""
    rng, on = of.rng, of.day(28, 60)
    for days in (0, rng.choice([364, 365, 366, 400]), rng.choice([100, 730])):
        of.add(
            *("mrd", "collected_on", on + timedelta(days=days)),
            method=rng.choice(["NGF", "NGS", "MFC"]),
            sensitivity=rng.choice([Decimal("0.00001"), Decimal("0.00001"), Decimal("0.0001"), None]),
            sensitivity_comparator=rng.choice([None, None, None, "<", "<="]),
            result=rng.choice(["negative"] * 5 + ["positive"]),
        )
        looked = on + timedelta(days=days + rng.choice([-61, -60, 0, 60, 61]))
        of.add(
            "imaging", "performed_on", looked, modality="pet_ct", fdg_uptake=rng.choice(["negative", "negative", None])
        )


SITUATIONS: dict[Callable[[Patient], None], float] = {
    immunofixation_before_a_line: 0.3,
    iga_of_the_beta_region: 0.1,
    calcium_without_albumin: 0.1,
    shrinking_plasmacytoma: 0.12,
    assessments_by_the_clinic: 0.15,
    at_and_beside_every_limit: 0.3,
    examined_when_a_line_starts: 0.12,
    drugs_in_several_rows: 0.1,
    mrd_at_the_edges: 0.06,
    everything_on_one_day: 0.03,
    ends_planned_far_ahead: 0.12,
    rows_after_the_last_contact: 0.1,
}


def lose_some(rng: Random, who: str, tables: Registry) -> None:
    """Cells that could not be read, set aside, and rows that were refused, of which little or nothing is known."""
    for table, rows in tables.items():
        if table == "refused_row":
            continue
        for row in [row for row in rows if row["patient_id"] == who]:
            cells = [name for name, value in row.items() if value is not None and name not in required(table)]
            if cells and rng.random() < CELL_LOST:
                name = rng.choice(cells)
                row[name] = None
                row["unreadable"] = [*(row.get("unreadable") or []), name]
            elif table != "patients" and rng.random() < ROW_LOST:
                rows.remove(row)
                kind = KINDS.get(table)
                gone = {"dated_on": row[dated_by(table)], "line": row.get("line"), "kind": kind and row.get(kind)}
                known = {name: value if rng.random() < 0.6 else None for name, value in gone.items()}
                tables["refused_row"].append({"patient_id": who, "table": table} | known)


def add_situations(of: Patient) -> None:
    """What happens to this patient, each by its chance."""
    for situation, chance in SITUATIONS.items():
        if of.rng.random() < chance:
            situation(of)
