"""Made-up registries for the rest of the guideline: diagnoses, precursors, drugs that fail, frailty, AL and POEMS.

Each patient is drawn after a pattern in which one diagnosis holds; then figures move to a threshold or one step off
it, tests go missing, are done twice or at the edge of their window. Patients are small: some forty rows.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.differential.histories import DAY0, Registry, Row
from tests.differential.situations import lose_some
from transforms.intake.contracts import codes

LABS = {
    "calcium": ["9.5", "10.9", "11.0", "11.1", "11.6"],
    "creatinine": ["0.8", "1.0", "1.5", "1.9", "2.0", "2.1"],
    "creatinine_clearance": ["39", "40", "41", "90"],
    "hemoglobin": ["9.9", "10.0", "10.4", "10.5", "12.5", "13.0"],
    "serum_m_protein": ["0", "0.4", "0.5", "1.4", "1.5", "1.6", "2.0", "2.1", "2.9", "3.0", "3.1"],
    "urine_m_protein": ["0", "100", "499", "500", "501"],
    "iga": ["0.3", "1.5", "3.0"],
    "flc_kappa": ["0", "2", "4", "10", "16.5", "20", "50", "100", "200", "250", "400", "990", "1000"],
    "flc_lambda": ["0", "5", "8", "10", "20", "40", "80", "100", "1000"],
    "circulating_plasma_cells": ["0", "1999", "2000", "2001", "2500"],
    "wbc": ["5000", "10000", "10005", "12500"],
    "circulating_plasma_cells_percent": ["5", "19.9", "20", "25"],
    "ldh": ["200", "220", "221", "400"],
    "beta2_microglobulin": ["3.0", "3.5", "5.4", "5.5"],
    "albumin": ["3.4", "3.5", "4.2"],
    "troponin_t": ["0.01", "0.034", "0.035", "0.059", "0.06", "0.061"],
    "nt_probnp": ["100", "331", "332", "5000", "8500", "8501", "20000"],
    "egfr": ["49", "50", "51", "90"],
    "vegf": ["100", "200", "201", "900"],
}
LIMITS: dict[str, tuple[str, list[str]]] = {
    "calcium": ("ref_high", ["10.0", "10.5", "10.1"]),
    "hemoglobin": ("ref_low", ["12.4", "12.5", "11.6"]),
    "ldh": ("ref_high", ["220"]),
    "vegf": ("ref_high", ["200"]),
    "flc_kappa": ("ref_high", ["19.4"]),
    "flc_lambda": ("ref_high", ["26.3"]),
}
SCORES = {
    "ecog": ["0", "1", "2", "3"],
    "charlson": ["0", "1", "2"],
    "adl": ["4", "5", "6"],
    "iadl": ["5", "6", "8"],
    "weight_kg": ["40", "60", "80"],
    "systolic_bp": ["89", "90", "91", "120"],
}
# What allows a transplant in AL amyloidosis.
FIT = {"ecog": ["0", "1"], "systolic_bp": ["91", "120"], "troponin_t": ["0.01", "0.059"], "egfr": ["51", "90"]}
AGAINST = ["amyloid_organ_damage", "al_amyloidosis", "constitutional_symptoms", "hyperviscosity", "lymphadenopathy"]
OF_POEMS = ["organomegaly", "volume_overload", "endocrinopathy", "skin_changes", "papilloedema"]
SIGNS = [
    *(*AGAINST, "hepatosplenomegaly", "biopsy_proven_plasmacytoma", "extramedullary_disease"),
    *("heavy_chain_on_immunofixation", "polyneuropathy", "castleman", "sclerotic_bone_lesion", *OF_POEMS),
    *("thrombocytosis_polycythaemia", "diabetes_or_thyroid_only"),
]
MARROW = ["0", "5", "9.9", "10", "15", "16", "20", "20.1", "30", "31", "40", "41", "59.9", "60"]
COUNTS = ["0", "1", "2", "3"]
FISH = codes("cytogenetics", "abnormality")
CELLS_WITH_IT = [None, None, "19.9", "20", "20.1", "60"]  # percent
ISOTYPES = ["IgG", "IgA", "IgD", "IgM", "IgE", "light_chain", "non_secretory"]
DIAGNOSES = ["MM", "SMM", "MGUS", "PCL", "plasmacytoma", "AL", "POEMS"]
DRUGS = [
    *("bortezomib", "lenalidomide", "daratumumab", "bortezomib;lenalidomide", "Lenalidomide; dexamethasone"),
    *("carfilzomib;pomalidomide", "ixazomib", "thalidomide", "isatuximab;pomalidomide", "melphalan", "elotuzumab"),
    "daratumumab;bortezomib;lenalidomide",
]
# Names as people write them, and two that nobody knows.
WRITTEN = [
    *(
        "Velcade",
        "Revlimid, dexamethasone",
        "VRd",
        "KRd",
        "D-MPB",
        "bortezomib/lenalidomide",
        "ボルテゾミブ＋レナリドミド",
    ),
    *("DCEP", "ide-cel", "Carvykti", "trial drug 7", "lenalidomide;new-mab", "Bortezomib 1.3 mg/m2"),
]
FAR = date(2099, 12, 31)  # of an end that is planned
ATTRIBUTED = ("calcium", "creatinine", "creatinine_clearance", "hemoglobin")
WATCHED = ("MGUS", "SMM", "plasmacytoma")
RADIOTHERAPY = {"phase": "radiotherapy", "drugs": None}
PHASES = ["induction", "maintenance", "salvage", "autologous_transplant", "allogeneic_transplant", "car_t"]
AGES = [54, 64, 65, 68, 69, 70, 75, 76, 80, 81]

# What is found where nothing is wrong, and what each pattern changes.
WELL: Row = {
    **{"calcium": "9.5", "creatinine": "0.8", "hemoglobin": "13.0", "serum_m_protein": "1.4", "urine_m_protein": "0"},
    **{"flc_kappa": "10", "flc_lambda": "10", "circulating_plasma_cells": "0", "ldh": "200", "vegf": "100"},
    **{"wbc": "5000", "albumin": "4.2", "beta2_microglobulin": "3.0"},
    **{"marrow": "5", "lytic_lesions": "0", "focal_lesions": "0", "isotype": "IgG", "diagnosis": "MM"},
    **dict.fromkeys(SIGNS, False),
}
PATTERNS: list[list[Row]] = [
    [{"diagnosis": "MGUS", "isotype": isotype} for isotype in ("IgG", "IgA", "IgD")],
    [{"diagnosis": "MGUS", "isotype": "IgM"}],
    [{"diagnosis": "MGUS", "isotype": "light_chain", "flc_kappa": "200"}, {"diagnosis": "MGUS", "flc_lambda": "100"}],
    [{"diagnosis": "SMM", "serum_m_protein": "3.0"}, {"diagnosis": "SMM", "marrow": "20"}],
    [{"diagnosis": "SMM", "marrow": "20.1", "serum_m_protein": "2.1", "flc_kappa": "250", "isotype": "IgA"}],
    [{"marrow": "30", "calcium": "11.1"}, {"marrow": "10", "lytic_lesions": "1"}, {"marrow": "60"}],
    [
        {"marrow": "31", "creatinine": "2.1"},
        {"marrow": "40", "hemoglobin": "9.9"},
        {"marrow": "10", "focal_lesions": "2"},
    ],
    [{"biopsy_proven_plasmacytoma": True, "lytic_lesions": "2"}, {"marrow": "15", "flc_kappa": "1000"}],
    [
        {"diagnosis": "plasmacytoma", "biopsy_proven_plasmacytoma": True, "marrow": of, "lytic_lesions": "1"}
        for of in "05"
    ],
    [
        {"diagnosis": "plasmacytoma", "biopsy_proven_plasmacytoma": True, "marrow": "0", "lytic_lesions": "2"}
        | {"serum_m_protein": "0"}
    ],
    [{"diagnosis": "PCL", "circulating_plasma_cells": "2500", "wbc": "12500", "marrow": "60"}],
    [
        {"diagnosis": "POEMS", "polyneuropathy": True, one: True, another: True}
        for one in ("castleman", "sclerotic_bone_lesion")
        for another in OF_POEMS
    ],
    [{"diagnosis": "POEMS", "polyneuropathy": True, "vegf": "900", "thrombocytosis_polycythaemia": True}],
    [
        {"diagnosis": "AL", "al_amyloidosis": True, "amyloid_organ_damage": True, "flc_lambda": "100"}
        | {"troponin_t": troponin, "nt_probnp": probnp}
        for troponin in ("0.034", "0.035")
        for probnp in ("331", "332", "8500", "8501")
    ],
]


def registry(rng: Random, patients: int, *, losses: float = 0) -> Registry:
    """A registry of so many patients, as validated rows in canonical units; `losses` as in the other histories."""
    names = ("patients", "labs", "marrow", "mrd", "cytogenetics", "imaging", "treatments", "assessments")
    tables: Registry = {name: [] for name in (*names, "supportive_care", "findings", "refused_row")}
    for number in range(patients):
        _Patient(rng, f"D{number:04d}", tables).add()
        if losses and rng.random() < losses:
            lose_some(rng, f"D{number:04d}", tables)
    return tables


class _Patient:
    """One patient in the making: what is right for the pattern, and how often something is off or missing."""

    def __init__(self, rng: Random, who: str, tables: Registry) -> None:
        self.rng, self.who, self.tables = rng, who, tables
        self.right = WELL | rng.choice(rng.choice(PATTERNS))
        self.off, self.missing = rng.choice([0, 0, 0.02, 0.1, 0.4]), rng.choice([0, 0, 0.02, 0.05, 0.3])
        self.apart, self.ranges = rng.choice([0, 0, 0.1, 0.4]), rng.choice([0, 0, 0.1])
        self.diagnosed = DAY0 - timedelta(days=rng.choice([0, 0, 20, 60, 400]))
        self.starts: list[date] = []

    def add(self) -> None:
        self._tests_at_diagnosis()
        if (self.right["diagnosis"] in WATCHED and self._is(0.7)) or (
            self.right["diagnosis"] == "MM" and self._is(0.2)
        ):
            self._watched()
        else:
            self._treatments()
        for start in self.starts:
            self._before_line(start)
            self._course(start)
        self._person()

    def _add(self, table: str, dated: str, on: date, **columns: Any) -> None:
        self.tables[table].append({"patient_id": self.who, dated: on} | columns)

    def _lab(self, on: date, analyte: str, figure: str) -> None:
        is_range = figure != "0" and self._is(self.ranges)
        comparator = self.rng.choice(["<", ">", "<=", ">="]) if is_range else None
        columns: Row = {"analyte": analyte, "value": Decimal(figure), "comparator": comparator}
        if analyte in LIMITS and self.rng.random() > self.missing:
            limit, figures = LIMITS[analyte]
            columns[limit] = Decimal(self.rng.choice(figures))
        if analyte in ATTRIBUTED:
            columns["attributed_to_myeloma"] = self.rng.choice([None] * 6 + [True, False, False])
        self._add("labs", "collected_on", on, **columns)

    def _is(self, chance: float) -> bool:
        return self.rng.random() < chance

    def _near(self, on: date, days: int) -> date:
        """Mostly the day itself; else near it, at the edge of the window, or outside."""
        days_off = [0, 0, -1, 1, -2, 2, -days, days, -days - 1, days + 1]
        return on + timedelta(days=self.rng.choice(days_off) if self._is(self.apart) else 0)

    def _times(self) -> int:
        """How often a test was done: mostly once, never where it is missing."""
        return 0 if self._is(self.missing) else self.rng.choice([1] * 9 + [2])

    def _found(self, name: str, values: list[Any]) -> Any:
        return self.rng.choice(values) if name not in self.right or self._is(self.off) else self.right[name]

    def _tests_at_diagnosis(self) -> None:
        rng, on = self.rng, self.diagnosed
        for analyte, figures in LABS.items():
            is_rare = analyte not in self.right and self._is(0.7)
            for _ in range(0 if is_rare else self._times()):
                self._lab(self._near(on, 30), analyte, self._found(analyte, figures))
        for fluid in ("serum_immunofixation", "urine_immunofixation"):
            if self._is(0.3):
                result = rng.choice(["positive", "positive", "negative"])
                self._add("labs", "collected_on", self._near(on, 30), analyte=fluid, result=result)
        for _ in range(self._times()):
            percent = None if self._is(0.05) else Decimal(self._found("marrow", MARROW))
            clonal = rng.choice([None, None, "detected", "not_detected" if self._is(0.3) else "detected"])
            self._add(
                *("marrow", "collected_on", self._near(on, 60)), plasma_cell_percent=percent, clonal_plasma_cells=clonal
            )
        for column, modalities in (("lytic_lesions", ["xray", "ct", "pet_ct"]), ("focal_lesions", ["mri", "wbmri"])):
            for _ in range(self._times()):
                modality = rng.choice([*modalities * 5, "mri", "ct", None])
                count = Decimal(self._found(column, COUNTS))
                self._add("imaging", "performed_on", self._near(on, 60), modality=modality, **{column: count})
        for sign in SIGNS:
            for _ in range(self._times()):
                present = None if self._is(0.02) else self._found(sign, [True, False])
                value = Decimal(0) if present is None else None
                self._add("findings", "observed_on", self._near(on, 60), finding=sign, present=present, value=value)
        self._fish(on)

    def _fish(self, on: date) -> None:
        for abnormality in FISH:
            for _ in range(self._times()):
                result = "positive" if self._is(0.12 + self.off / 2) else "negative"
                when = self._near(on, self.rng.choice([30, 60]))
                cells = self.rng.choice(CELLS_WITH_IT) if result == "positive" else None
                columns: Row = {"abnormality": abnormality, "result": result, "percent": cells and Decimal(cells)}
                self._add("cytogenetics", "collected_on", when, **columns)

    def _watched(self) -> None:
        """Followed without treatment, or treated late: figures rise or fall by what is asked for, or a step less."""
        rng, line = self.rng, 1
        if self._is(0.3 if self.right["diagnosis"] == "plasmacytoma" else 0.05):
            on = self.diagnosed + timedelta(days=rng.choice([1, 90, 181]))
            self._add("treatments", "start_date", on, line=line, end_date=on + timedelta(days=30), **RADIOTHERAPY)
            line = 2
        if self._is(0.3):
            self.starts.append(self.diagnosed + timedelta(days=rng.choice([100, 182, 250])))
            self._add("treatments", "start_date", self.starts[0], line=line, drugs="lenalidomide", end_date=None)
        for days in sorted(rng.sample([20, 89, 90, 100, 181, 182, 184, 200, 250, 365, 366, 367, 500], 4)):
            on = self.diagnosed + timedelta(days=days)
            for analyte in ("serum_m_protein", "hemoglobin", "igg", "iga"):
                if not self._is(0.4):
                    self._lab(on, analyte, self._moved(analyte))
            if self._is(0.15):
                percent = Decimal(rng.choice(MARROW))
                self._add("marrow", "collected_on", self._near(on, 60), plasma_cell_percent=percent)
                self._lab(self._near(on, 30), "calcium", rng.choice(LABS["calcium"]))
            if self._is(0.05):
                self._add("findings", "observed_on", on, finding="al_amyloidosis", present=True)
            if self._is(0.08):
                self._event_without_marrow(on)
        if not self.starts and self._is(0.3):  # treated at the end, whatever for
            self.starts.append(on + timedelta(days=rng.choice([0, 1, 30, 60])))
            drugs = rng.choice(DRUGS)
            self._add("treatments", "start_date", self.starts[0], line=line, drugs=drugs, end_date=None)

    def _event_without_marrow(self, on: date) -> None:
        """What would define myeloma, due to it or not, in somebody whose marrow nobody looks at again."""
        what = self.rng.choice([*ATTRIBUTED, "lytic_lesions", "focal_lesions", "new_plasmacytoma"])
        if what in ATTRIBUTED:
            self._lab(on, what, self.rng.choice(LABS[what]))
            return
        modality = "mri" if what == "focal_lesions" else self.rng.choice(["ct", "pet_ct"])
        found = True if what == "new_plasmacytoma" else Decimal(self.rng.choice(COUNTS))
        self._add("imaging", "performed_on", on, modality=modality, **{what: found})

    def _moved(self, analyte: str) -> str:
        """A figure as much above or below the patient's first one as the criteria ask, or a step less."""
        before = [
            row["value"]
            for row in self.tables["labs"]
            if row["patient_id"] == self.who and row["analyte"] == analyte and row["value"] is not None
        ]
        if not before or self._is(0.1):
            return self.rng.choice(["0", "1.0", "2.0", "3.0", "12"])
        if analyte == "hemoglobin":
            return str(before[0] - Decimal(self.rng.choice(["0", "0.4", "0.5", "1"])))
        moves = ["1", "1", "1.09", "1.1", "1.24", "1.25"]
        slopes = ["0.178", "0.18", "0.2", "0.364", "0.398", "0.4", "0.5"]
        times, more = self.rng.choice(moves), self.rng.choice(["0", "0", *slopes])
        return f"{before[0] * Decimal(times) + Decimal(more):f}"

    def _treatments(self) -> None:
        rng = self.rng
        on = DAY0 + timedelta(days=rng.choice([0, 0, 30]))
        for line in range(1, rng.choice([0, 0, 1, 1, 2, 3, 4, 5, 5]) + 1):
            self.starts.append(on)
            for _ in range(rng.choice([1, 1, 2])):
                began = on + timedelta(days=rng.choice([0, 0, 0, 20]))
                ended = began + timedelta(days=rng.choice([1, 20, 30, 31, 40, 60]))
                phase = None if self._is(0.5 * self.missing) else rng.choice([*PHASES[:3] * 4, *PHASES])
                drugs = None if self._is(self.missing / 3) else rng.choice(WRITTEN if self._is(0.08) else DRUGS)
                if phase in PHASES[3:] and self._is(0.6):
                    drugs = None
                end = None if self._is(max(0.1, self.missing)) else rng.choice([ended] * 20 + [FAR])
                columns = {"line": line, "phase": phase, "drugs": drugs, "end_date": end}
                self._add("treatments", "start_date", began, **columns)
                if self._is(0.05):  # of this line, before its drugs or beside them
                    when, over = began - timedelta(days=rng.choice([0, 5])), began + timedelta(days=20)
                    self._add("treatments", "start_date", when, line=line, end_date=over, **RADIOTHERAPY)
                if drugs and self._is(0.15):  # told twice, once with another drug
                    self._add("treatments", "start_date", began, **columns | {"drugs": f"dexamethasone;{drugs}"})
            own = [row for row in self.tables["treatments"] if row["patient_id"] == self.who and row["line"] == line]
            self.starts[-1] = min(row["start_date"] for row in own)
            on += timedelta(days=rng.choice([61, 90, 120, 150, 600, 900]))

    def _before_line(self, start: date) -> None:
        is_fit = self._is(0.4)
        for score, figures in SCORES.items():
            for _ in range(self._times()):
                figure = self.rng.choice(FIT.get(score, figures) if is_fit else figures)
                when = self._near(start, 60)
                self._add("findings", "observed_on", when, finding=score, value=Decimal(figure))
        if self._is(0.7):  # nothing wrong yet, so that what a relapse brings is new
            for analyte in ("calcium", "creatinine", "hemoglobin"):
                self._lab(self._near(start, 30), analyte, str(self._found(analyte, LABS[analyte])))
            self._lab(start, "creatinine_clearance", "90")
            self._add("imaging", "performed_on", start, modality="ct", lytic_lesions=Decimal(0))
        for analyte in ("troponin_t", "egfr"):
            if self.right["diagnosis"] == "AL":
                figure = self.rng.choice((FIT if is_fit else LABS)[analyte])
                self._lab(self._near(start, 30), analyte, figure)

    def _course(self, start: date) -> None:
        """Down and up again: a response, and a progression around the edge of the last dose's 60 days."""
        rng, on = self.rng, start
        for is_back in (False, *rng.choice([(), (True,), (True, True), (False, True)])):
            on += timedelta(days=rng.choice([20, 30, 31, 40, 60, *((270, 330, 420) if is_back else ())]))
            if not self._is(self.missing):
                self._lab(on, "serum_m_protein", rng.choice(["2.1", "3.0"] if is_back else ["0", "0.4", "1.0"]))
            if self.right["diagnosis"] in ("AL", "POEMS") or self._is(0.2):
                self._chains(on)
            if is_back and self._is(0.4):
                self._relapse(on)
            if self._is(0.5):
                present = rng.choice([None, False, False, False, True])
                self._add("findings", "observed_on", self._near(on, 60), finding="cns_involvement", present=present)

    def _chains(self, on: date) -> None:
        for fluid in ("serum_immunofixation", "urine_immunofixation"):
            if self._is(0.7):
                result = self.rng.choice(["positive", "negative", "negative"])
                self._add("labs", "collected_on", on, analyte=fluid, result=result)
        for analyte, figures in (("flc_kappa", ["10", "16.5", "20"]), ("flc_lambda", ["10", "40", "50", "60", "100"])):
            if self._is(0.9):
                self._lab(on, analyte, self.rng.choice(figures))
        if self._is(0.6):
            self._lab(on + timedelta(days=self.rng.choice([0, 0, -3, 3, 4])), "vegf", self.rng.choice(LABS["vegf"]))

    def _relapse(self, on: date) -> None:
        rng = self.rng
        for analyte in rng.sample(["calcium", "creatinine", "hemoglobin", "ldh"], 2):
            self._lab(self._near(on, 30), analyte, rng.choice(LABS[analyte]))
        seen = [None, False, False, True]
        self._add(
            *("imaging", "performed_on", on),
            modality=rng.choice(["pet_ct", "ct", "mri"]),
            lytic_lesions=rng.choice([None, Decimal(0), Decimal(2)]),
            new_bone_lesion=rng.choice(seen),
            new_plasmacytoma=rng.choice(seen),
        )
        self._fish(on)

    def _person(self) -> None:
        rng = self.rng
        ages = rng.choice(AGES)
        turned = self.diagnosed if not self.starts or self._is(0.5) else rng.choice(self.starts)
        birth = turned.replace(year=turned.year - ages, day=min(turned.day, 28)) + timedelta(
            days=rng.choice([-1, 0, 1])
        )
        dates = [
            value
            for rows in self.tables.values()
            for row in rows
            if row["patient_id"] == self.who
            for value in row.values()
            if isinstance(value, date) and value < FAR
        ]
        last = max([self.diagnosed, *dates]) + timedelta(days=rng.choice([0, 30, 90, 400]))
        is_dead = self._is(0.3)
        columns: Row = {
            "sex": None if self._is(self.missing) else rng.choice(["F", "M"]),
            "birth_date": None if self._is(self.missing) else birth,
            "diagnosis": None if self._is(self.missing / 2) else self._found("diagnosis", DIAGNOSES),
            "isotype": None if self._is(self.missing) else self._found("isotype", ISOTYPES),
            "light_chain": rng.choice([None, None, "kappa", "lambda"]),
            "m_protein_in_beta": rng.choice([None, False, False, False, self.right["isotype"] == "IgA"]),
            "reported_iss": rng.choice([None, None, None, "III"]),
            "vital_status": "dead" if is_dead else "alive",
            "death_date": last if is_dead else None,
            "last_contact_date": last,
        }
        self._add("patients", "diagnosis_date", self.diagnosed, **columns)
