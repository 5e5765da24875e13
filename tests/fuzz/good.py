"""Rows, and configurations, that nothing is wrong with."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from transforms.intake.contracts import codes, dtypes

PATIENTS = 40
_OF_TYPE = {pl.Float64: "5", pl.Int32: "1", pl.Boolean: "true", pl.String: "text"}
_SPECIAL = {
    ("labs", "analyte"): "albumin",
    ("labs", "unit"): "g/dL",
    ("labs", "ref_low"): "3.5",
    ("mrd", "sensitivity"): "0.00001",
    ("labs", "comparator"): "",
}


def row(table: str, number: int) -> dict[str, str]:
    """A row of every column of the table; no two are the same in some thousands."""
    found = {name: _cell(table, name, number) for name in dtypes(table)}
    return found | {"patient_id": f"N{number}" if table == "patients" else f"P{number % PATIENTS}"}


def _cell(table: str, name: str, number: int) -> str:
    if (table, name) in _SPECIAL:
        return _SPECIAL[table, name]
    if known := codes(table, name):
        return known[0]
    if dtypes(table)[name] == pl.Date:
        return (date(2000, 1, 1) + timedelta(days=number % 9000)).isoformat()
    return _OF_TYPE[dtypes(table)[name]]


def patients() -> list[dict[str, str]]:
    """The patients that the other tables' rows are of."""
    return [row("patients", number) | {"patient_id": f"P{number}"} for number in range(PATIENTS)]


SETTINGS = """
criteria = "jsh2023"
fatal_rules = ["unknown_patient"]
registry = "registry.toml"
[settings."V.visit"]
max_gap_days = 3
max_span_days = 7
[settings."V.baseline"]
window_days = 90
[settings."PFS"]
censoring = "imwg"
[audit]
fail_on = {"Q.iss" = 0.8}
[report]
lang = "en"
[limits]
ratio = 200
columns = 2000
uncompressed_gib = 64
refused_patients = 0.2
[schedule]
retries = 5
retry_delays_s = [60, 120]
quiet_seconds = 30
notify = ["/bin/true"]
notify_on = ["failure"]
report_url = "https://registry.example/"
"""
REGISTRY = """
timezone = "Asia/Tokyo"
index_date = "first_dose"
[tables.labs]
partial_dates = "first"
file = "kensa.csv"
encoding = "cp932"
delimiter = ";"
date_format = "%d.%m.%Y"
decimal = ","
[tables.labs.columns]
patient_id = "患者番号"
collected_on = "採取日"
value = "結果"
[tables.labs.codes.analyte]
"IgG" = "igg"
[tables.labs.codes.result]
"1" = "positive"
"9" = ""
[tables.labs.codes.value.serum_immunofixation]
"0" = "negative"
[tables.labs.units]
"mg/dl*" = "mg/dL"
[tables.labs.default_units]
igg = "mg/dL"
[tables.patients]
thousands = ","
[tables.patients.date_formats]
birth_date = "excel"
[tables.patients.partial_dates]
death_date = "last"
[tables.patients.codes.vital_status]
"" = "alive"
[tables.patients.codes.sex]
"1" = "M"
[tables.patients.constants]
site_id = "S1"
[tables.labs.default_limits.ldh]
ref_high = 245
unit = "U/L"
sites.H1 = {ref_low = 120}
[[tables.marrow]]
file = "kensa.csv"
comment = "#"
header_row = 2
date_format = "days"
columns = {patient_id = "患者番号", collected_on = ["採取日", "日"]}
where = {form = ["marrow", 3]}
where_not.form = ""
[[tables.marrow]]
file = "kensa.csv"
[tables.marrow.wide]
blasts = {specimen = "aspirate", codes = {-1 = ""}, columns = {clonal_plasma_cells = "clonal"}}
[tables.assessments]
across = {into = "response"}
[tables.findings]
across = {into = "value", tests = "test"}
[tables.mrd]
sql = "kensa.sql"
[tables.cytogenetics]
file = "kensa.csv"
sheet = "所見"
labels = false
[tables.supportive_care]
table = "public.responses"
[[tables.imaging]]
select_file = "kensa.sql"
[[tables.imaging]]
select = "select * from imaging"
[files."kensa.csv"]
delimiter = "|"
member = "a.csv"
[optional]
episode = ["a", "b"]
[source]
uri = "postgresql://db.example/registry"
"""
