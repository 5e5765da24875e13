"""The same made-up patients as hospitals, trials, registries and data sets hold them: one file of code a form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flows.sample.forms.cbioportal_study import write_cbioportal
from flows.sample.forms.clean_tables import Tables, clean_tables, without_amounts
from flows.sample.forms.fhir import write_fhir
from flows.sample.forms.flatiron import write_flatiron
from flows.sample.forms.gdc import write_gdc
from flows.sample.forms.mmrf import write_mmrf
from flows.sample.forms.mmrf_flat import write_mmrf_flat
from flows.sample.forms.omop import write_omop
from flows.sample.forms.redcap import write_redcap
from flows.sample.forms.sdtm import write_sdtm
from flows.sample.forms.wide import write_wide
from flows.sample.forms.xlsx import write_workbook

# Each writes its files into a folder that is there, and says how many rows each has.
FORMS: dict[str, Callable[[Path, Tables], dict[str, int]]] = {
    "xlsx": write_workbook,
    "wide": write_wide,
    "redcap": write_redcap,
    "flatiron": write_flatiron,
    "omop": write_omop,
    "sdtm": write_sdtm,
    "fhir": write_fhir,
    "mmrf": write_mmrf,
    "mmrf-flat": write_mmrf_flat,
    "gdc": write_gdc,
    "cbioportal": write_cbioportal,
}
# Those that hold causes of death, radiotherapy, and how much of a treatment was given.
WITH_AMOUNTS = ("xlsx", "wide")


def write_form(form: str, folder: Path, patients: int, seed: int) -> dict[str, int]:
    """Write the patients of a sample in another form into `folder` (made if missing); returns rows by file.

    The same arguments give the same bytes, and the patients of `write_sample`, without the rows that it spoils: what a
    form can't hold stands in losses.toml. A registry.toml that reads the form is beside it where no profile does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = clean_tables(patients, seed)
    return FORMS[form](folder, tables if form in WITH_AMOUNTS else without_amounts(tables))
