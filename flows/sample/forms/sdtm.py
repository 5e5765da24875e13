"""CDISC SDTM: a SAS transport file a domain, controlled terms, dates as ISO 8601 text."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.sample.forms.clean_tables import Tables, first_treatment, in_one_unit, myeloma
from flows.sample.forms.codes import CDISC, EVENTS
from flows.sample.forms.writing import write_xpt

STUDY = "MADEUP-01"
_UNITS = {"/µL": "/uL", "mg/24 h": "mg/day", "g/24 h": "g/day", "µg/mL": "ug/mL", "µmol/L": "umol/L"}
_TESTS = {
    "MCPROT": "Monoclonal Protein",
    "MPROTEXR": "Monoclonal Protein Excretion Rate",
    "MPIGISO": "Monoclonal Protein Immunoglobulin Isotype",
    "KLCFR": "Kappa Light Chain, Free",
    "LLCFR": "Lambda Light Chain, Free",
    "IGG": "Immunoglobulin G",
    "IGA": "Immunoglobulin A",
    "IGM": "Immunoglobulin M",
    "IGD": "Immunoglobulin D",
    "B2MICG": "Beta-2 Microglobulin",
    "ALB": "Albumin",
    "LDH": "Lactate Dehydrogenase",
    "CA": "Calcium",
    "CREAT": "Creatinine",
    "HGB": "Hemoglobin",
    "WBC": "Leukocytes",
    "CRP": "C Reactive Protein",
    "PLSTCE": "Plasma Cells",
    "TROPONT": "Troponin T",
    "BNPPRONT": "N-Terminal ProB-type Natriuretic Peptide",
    "GFRE": "Glomerular Filtration Rate, Estimated",
    "VEGF": "Vascular Endothelial Growth Factor",
    "PLSTCECE": "Plasma Cells/Total Cells",
}
_BLOOD_COUNT = ["hemoglobin", "wbc", "circulating_plasma_cells"]
_LIMITS = {"ref_low": "LO", "ref_high": "HI"}
_VITAL_SIGNS = {"weight_kg": ("WEIGHT", "Weight", "kg"), "systolic_bp": ("SYSBP", "Systolic Blood Pressure", "mmHg")}
_TRANSPLANT = {
    "autologous_transplant": "AUTOLOGOUS STEM CELL TRANSPLANT",
    "allogeneic_transplant": "ALLOGENEIC STEM CELL TRANSPLANT",
}


def write_sdtm(folder: Path, tables: Tables) -> dict[str, int]:
    """Write the domains of a trial in myeloma as transport files of version 5; the profile sdtm reads them."""
    tables = myeloma(tables)
    domains = {
        "dm": _demographics(tables),
        "mh": _diagnosis(tables["patients"]),
        "ss": _status(tables["patients"]),
        "lb": _laboratory(tables),
        "vs": _vital_signs(tables["findings"]),
        "qs": _performance(tables["findings"]),
        "rs": _responses(tables["assessments"]),
        "ex": _exposure(tables["treatments"]),
        "pr": _procedures(tables["treatments"]),
        "cm": _medication(tables),
        "ae": _events(tables["adverse_events"]),
    }
    written = {}
    for name, rows in domains.items():
        domain = _numbered(name.upper(), rows)
        write_xpt(domain, folder / f"{name}.xpt", name.upper())
        written[f"{name}.xpt"] = domain.height
    return written


def _numbered(domain: str, rows: pl.DataFrame) -> pl.DataFrame:
    """With what every domain has: study, domain, subject, and (but in DM) the number of a row in its subject."""
    subject = [pl.lit(STUDY).alias("STUDYID"), pl.lit(domain).alias("DOMAIN"), _subject().alias("USUBJID")]
    number = pl.int_range(1, pl.len() + 1).over("patient_id").cast(pl.Float64).alias(f"{domain}SEQ")
    first = subject if domain == "DM" else [*subject, number]
    rest = [name for name in rows.columns if name != "patient_id"]
    return rows.select(*first, *rest)


def _subject() -> pl.Expr:
    return f"{STUDY}-" + pl.col("patient_id")


def _demographics(tables: Tables) -> pl.DataFrame:
    treated = tables["treatments"].group_by("patient_id").agg(pl.col("start_date").min().alias("first"))
    patients = tables["patients"].join(treated, on="patient_id", how="left", maintain_order="left")
    patients = patients.join(first_treatment(tables), on="patient_id", how="left", maintain_order="left")
    born, zero = (pl.col(name).str.to_date("%Y-%m-%d") for name in ("birth_date", "day_0"))
    return patients.select(
        "patient_id",
        SUBJID="patient_id",
        RFSTDTC="first",
        RFPENDTC="last_contact_date",
        DTHDTC="death_date",
        DTHFL=pl.when(pl.col("vital_status") == "dead").then(pl.lit("Y")),
        SITEID="site_id",
        BRTHDTC="birth_date",
        AGE=((zero - born).dt.total_days() / 365.25).floor(),
        AGEU=pl.lit("YEARS"),
        SEX="sex",
        COUNTRY=pl.lit("JPN"),
    )


def _diagnosis(patients: pl.DataFrame) -> pl.DataFrame:
    terms = {"MM": "MULTIPLE MYELOMA", "SMM": "SMOLDERING MULTIPLE MYELOMA"}
    return patients.select(
        "patient_id",
        MHTERM=pl.col("diagnosis").replace_strict(terms),
        MHDECOD=pl.col("diagnosis").replace_strict(terms),
        MHCAT=pl.lit("PRIMARY DIAGNOSIS"),
        MHSTDTC="diagnosis_date",
    )


def _status(patients: pl.DataFrame) -> pl.DataFrame:
    return patients.select(
        "patient_id",
        SSTESTCD=pl.lit("SURVSTAT"),
        SSTEST=pl.lit("Survival Status"),
        SSORRES=pl.col("vital_status").str.to_uppercase(),
        SSSTRESC=pl.col("vital_status").str.to_uppercase(),
        SSDTC="last_contact_date",
    )


def _laboratory(tables: Tables) -> pl.DataFrame:
    """Results as reported and in standard units, side by side; the share of plasma cells in marrow with them."""
    own, standard = tables["labs"], in_one_unit(tables["labs"])
    specimen = (
        pl.when(pl.col("analyte").str.starts_with("urine"))
        .then(pl.lit("URINE"))
        .when(pl.col("analyte").is_in(_BLOOD_COUNT))
        .then(pl.lit("BLOOD"))
        .otherwise(pl.lit("SERUM"))
    )
    rows = own.with_columns(
        pl.col("analyte").replace_strict(CDISC, default=None).alias("LBTESTCD"),
        specimen.alias("LBSPEC"),
        (pl.coalesce("comparator", pl.lit("")) + pl.coalesce("value", pl.col("result").str.to_uppercase())).alias(
            "LBORRES"
        ),
        pl.col("unit").replace(_UNITS).alias("LBORRESU"),
        standard["value"].alias("standard"),
        standard["unit"].replace(_UNITS).alias("LBSTRESU"),
        *(standard[name].cast(pl.Float64).alias(f"LBSTNR{end}") for name, end in _LIMITS.items()),
    ).drop_nulls("LBTESTCD")
    marrow = tables["marrow"].select(
        "patient_id",
        "collected_on",
        pl.lit("PLSTCECE").alias("LBTESTCD"),
        pl.when(pl.col("specimen") == "aspirate")
        .then(pl.lit("BONE MARROW ASPIRATE"))
        .otherwise(pl.lit("BONE MARROW CORE"))
        .alias("LBSPEC"),
        pl.col("plasma_cell_percent").alias("LBORRES"),
        pl.lit("%").alias("LBORRESU"),
        pl.col("plasma_cell_percent").alias("standard"),
        pl.lit("%").alias("LBSTRESU"),
    )
    whole = pl.concat([rows, marrow], how="diagonal").sort("patient_id", "collected_on", maintain_order=True)
    return whole.select(
        "patient_id",
        "LBTESTCD",
        pl.col("LBTESTCD").replace_strict(_TESTS).alias("LBTEST"),
        "LBORRES",
        "LBORRESU",
        pl.col("ref_low").alias("LBORNRLO"),
        pl.col("ref_high").alias("LBORNRHI"),
        pl.coalesce("standard", "LBORRES").alias("LBSTRESC"),
        pl.col("standard").cast(pl.Float64, strict=False).alias("LBSTRESN"),
        "LBSTRESU",
        "LBSTNRLO",
        "LBSTNRHI",
        "LBSPEC",
        pl.col("collected_on").alias("LBDTC"),
    )


def _vital_signs(findings: pl.DataFrame) -> pl.DataFrame:
    signs = findings.filter(pl.col("finding").is_in(_VITAL_SIGNS))
    code, name, unit = (
        pl.col("finding").replace_strict({sign: of[place] for sign, of in _VITAL_SIGNS.items()}) for place in range(3)
    )
    return signs.select(
        "patient_id",
        VSTESTCD=code,
        VSTEST=name,
        VSORRES="value",
        VSORRESU=unit,
        VSSTRESC="value",
        VSSTRESN=pl.col("value").cast(pl.Float64),
        VSSTRESU=unit,
        VSDTC="observed_on",
    )


def _performance(findings: pl.DataFrame) -> pl.DataFrame:
    return findings.filter(pl.col("finding") == "ecog").select(
        "patient_id",
        QSTESTCD=pl.lit("ECOG101"),
        QSTEST=pl.lit("ECOG1-Performance Status"),
        QSCAT=pl.lit("ECOG"),
        QSORRES="value",
        QSSTRESC="value",
        QSSTRESN=pl.col("value").cast(pl.Float64),
        QSDTC="observed_on",
    )


def _responses(assessments: pl.DataFrame) -> pl.DataFrame:
    return assessments.select(
        "patient_id",
        RSTESTCD=pl.lit("OVRLRESP"),
        RSTEST=pl.lit("Overall Response"),
        RSCAT=pl.lit("IMWG"),
        RSORRES="response",
        RSSTRESC="response",
        RSEVAL=pl.lit("INVESTIGATOR"),
        RSDTC="assessed_on",
    )


def _exposure(treatments: pl.DataFrame) -> pl.DataFrame:
    """The drugs of the first line, which is the study's."""
    first = treatments.filter((pl.col("line") == "1") & ~pl.col("phase").is_in(_TRANSPLANT))
    return _drugs(first).select(
        "patient_id",
        EXTRT="drug",
        EPOCH=pl.col("phase").str.to_uppercase(),
        EXSTDTC="start_date",
        EXENDTC="end_date",
    )


def _drugs(treatments: pl.DataFrame) -> pl.DataFrame:
    drugs = treatments.with_columns(pl.col("drugs").str.split(";").alias("drug")).explode("drug")
    return drugs.with_columns(pl.col("drug").str.replace_all("_", " ").str.to_uppercase())


def _procedures(treatments: pl.DataFrame) -> pl.DataFrame:
    return treatments.filter(pl.col("phase").is_in(_TRANSPLANT)).select(
        "patient_id",
        PRTRT=pl.col("phase").replace_strict(_TRANSPLANT, default=None),
        PRSTDTC="start_date",
        PRENDTC="end_date",
    )


def _events(events: pl.DataFrame) -> pl.DataFrame:
    term = pl.coalesce("description", pl.col("event").replace_strict(EVENTS, default=None))
    return events.select(
        "patient_id",
        AETERM=term,
        AEDECOD=term,
        AETOXGR="grade",
        AESTDTC="onset_on",
        AEENDTC="resolved_on",
    )


def _medication(tables: Tables) -> pl.DataFrame:
    """Later lines, a row a drug, and supportive care."""
    later = tables["treatments"].filter((pl.col("line") != "1") & ~pl.col("phase").is_in(_TRANSPLANT))
    lines = _drugs(later).with_columns(
        pl.lit("SUBSEQUENT ANTI-CANCER THERAPY").alias("category"), ("LINE " + pl.col("line")).alias("group")
    )
    care = (
        tables["supportive_care"]
        .filter(pl.col("drug") != "dental_check")
        .with_columns(
            pl.lit("CONCOMITANT MEDICATION").alias("category"),
            pl.col("drug").str.replace_all("_", " ").str.to_uppercase(),
        )
    )
    given = pl.concat([lines, care], how="diagonal").sort("patient_id", "start_date", maintain_order=True)
    return given.select(
        "patient_id",
        CMGRPID="group",
        CMTRT="drug",
        CMDECOD="drug",
        CMCAT="category",
        CMSTDTC="start_date",
        CMENDTC="end_date",
    )
