"""The synthetic extract: reproducible, plausible, clean where it says so, and dirty in every way the contract names."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from lifelines import KaplanMeierFitter

from flows.intake.ingest import ingest
from flows.sample import write_sample
from flows.sample.care import SUPPLEMENTS
from flows.sample.draws import BLOCK
from transforms.intake.contracts import CONTRACTS, dtypes

PATIENTS = 2_000
CLINICAL_DATES = {
    "labs": ["collected_on"],
    "marrow": ["collected_on"],
    "mrd": ["collected_on"],
    "cytogenetics": ["collected_on"],
    "imaging": ["performed_on"],
    "assessments": ["assessed_on"],
    "treatments": ["start_date", "end_date"],
    "supportive_care": ["start_date", "end_date"],
    "findings": ["observed_on"],
}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def accepted(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    ingest(folder, connection)
    return connection


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """2,000 patients without dirt, ingested: values typed and in canonical units."""
    folder = tmp_path_factory.mktemp("clean")
    write_sample(folder, PATIENTS, seed=2, dirt=0)
    return accepted(folder)


@pytest.fixture(scope="module")
def table(clean: duckdb.DuckDBPyConnection) -> Callable[[str], pl.DataFrame]:
    return lambda name: clean.sql(f'select * exclude (source_file, row_number) from "{name}"').pl()


@pytest.fixture(scope="module")
def patients(table: Callable[[str], pl.DataFrame]) -> pl.DataFrame:
    return table("patients")


def shares(column: pl.Series) -> dict[str, float]:
    known = column.drop_nulls()
    return {value: count / known.len() for value, count in known.value_counts().rows()}


def at(column: pl.Series, quantile: float) -> float:
    """0 is the lowest value, 0.5 the median, 1 the highest."""
    return float(np.quantile(column.drop_nulls().to_numpy().astype(float), quantile))


# --- reproducible


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    for name, seed in {"one": 7, "again": 7, "other": 8}.items():
        write_sample(tmp_path / name, 60, seed)
    assert files(tmp_path / "one") == files(tmp_path / "again")
    other = files(tmp_path / "other")
    assert all(content != other[name] for name, content in files(tmp_path / "one").items())


def test_fewer_patients_are_the_first_of_more(tmp_path: Path) -> None:
    few, more = BLOCK - 3, BLOCK + 2
    write_sample(tmp_path / "few", few, 1, dirt=0)
    write_sample(tmp_path / "more", more, 1, dirt=0)
    longer = files(tmp_path / "more")
    assert all(longer[name].startswith(content) for name, content in files(tmp_path / "few").items())


def test_every_table_has_the_contracts_columns_and_its_rows_are_counted(tmp_path: Path) -> None:
    counts = write_sample(tmp_path, 40, 3)
    assert set(counts) == set(CONTRACTS)
    for name, count in counts.items():
        rows = pl.read_csv(tmp_path / f"{name}.csv", infer_schema_length=0)
        # its laboratories write "<5" in one cell
        assert rows.columns == [column for column in dtypes(name) if not column.endswith("_comparator")]
        assert rows.height == count > 0


@pytest.mark.parametrize(
    ("patients", "seed", "dirt", "named"), [(0, 1, 0.02, "patients"), (5, -1, 0.02, "seed"), (5, 1, 0.9, "dirt")]
)
def test_what_cannot_be_made_is_refused_with_its_name(
    tmp_path: Path, *, patients: int, seed: int, dirt: float, named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        write_sample(tmp_path, patients, seed, dirt)


# --- clean and dirty


def test_without_dirt_the_contract_refuses_nothing(clean: duckdb.DuckDBPyConnection) -> None:
    assert clean.sql("select count(*) from quarantine").fetchall() == [(0,)]
    assert clean.sql("select count(*) from patients").fetchall() == [(PATIENTS,)]


def test_some_sites_never_send_a_test_of_the_work_up_and_others_say_what_was_not_done(
    clean: duckdb.DuckDBPyConnection,
) -> None:
    sites = clean.sql("select count(distinct site_id) from patients").fetchall()
    tested = clean.sql("""
        select analyte, count(distinct site_id) as sites, count(*) as rows
        from labs join patients using (patient_id)
        where analyte in ('hbs_antigen', 'hbs_antibody', 'hiv') and diagnosis = 'MM'
        group by analyte
        order by analyte
    """).fetchall()
    assert sites == [(8,)]
    assert [(analyte, of) for analyte, of, _ in tested] == [("hbs_antibody", 6), ("hbs_antigen", 7), ("hiv", 4)]
    assert all(rows > 300 for _, _, rows in tested)
    [(done, not_done)] = clean.sql("""
        select count(*) filter (present), count(*) filter (not present) from findings where finding = 'echocardiography'
    """).fetchall()
    assert done > not_done > 100


def test_with_dirt_every_rule_is_broken_and_the_clean_rows_are_what_is_left_without_it(tmp_path: Path) -> None:
    pure_rows = write_sample(tmp_path / "clean", 60, 5, dirt=0)
    dirty_rows = write_sample(tmp_path / "dirty", 60, 5, dirt=0.03)
    assert 1.025 < dirty_rows["labs"] / pure_rows["labs"] < 1.035
    dirty, pure = accepted(tmp_path / "dirty"), accepted(tmp_path / "clean")
    rules = {rule for (rule,) in dirty.sql("select distinct rule from quarantine").fetchall()}
    assert rules >= {
        "duplicate",
        "impossible_value",
        "missing_unit",
        "missing_value",
        "repeated_patient_id",
        "unknown_code",
        "unknown_patient",
        "unknown_unit",
        "unreadable_boolean",
        "unreadable_date",
        "unreadable_number",
    }
    for name in CONTRACTS:
        query = f'select * exclude (source_file, row_number) from "{name}" where unreadable is null order by all'
        assert dirty.sql(query).pl().equals(pure.sql(query).pl()), name


# --- plausible


def test_isotypes_are_those_of_a_myeloma_clinic(patients: pl.DataFrame) -> None:
    isotype = shares(patients["isotype"])
    bounds = {"IgG": (0.50, 0.61), "IgA": (0.16, 0.25), "light_chain": (0.14, 0.22), "IgD": (0.005, 0.035)}
    assert all(low < isotype[name] < high for name, (low, high) in bounds.items())
    assert 0.015 < isotype["non_secretory"] < 0.055
    assert 0.55 < shares(patients["light_chain"])["kappa"] < 0.66
    assert shares(patients["diagnosis"])["MM"] > 0.83
    assert patients["site_id"].n_unique() == 8


def test_ages_are_those_of_a_japanese_registry(patients: pl.DataFrame) -> None:
    age = (patients["diagnosis_date"] - patients["birth_date"]).dt.total_days() / 365.25
    assert 67 < at(age, 0.5) < 71
    assert at(age, 0) > 25


def test_stages_by_the_values_themselves_are_near_real_cohorts(table: Callable[[str], pl.DataFrame]) -> None:
    first = (
        table("labs")
        .filter(pl.col("analyte").is_in(["beta2_microglobulin", "albumin"]))
        .sort("patient_id", "collected_on")
        .group_by("patient_id", "analyte", maintain_order=True)
        .first()
        .pivot(on="analyte", index="patient_id", values="value")
        .drop_nulls()
    )
    b2m, albumin = first["beta2_microglobulin"], first["albumin"]
    low = ((b2m < 3.5) & (albumin >= 3.5)).sum() / first.height
    high = (b2m >= 5.5).sum() / first.height
    # Greipp 2005: 28, 33, 39 %; Palumbo 2015: 38, 38, 24 %
    assert 0.25 < low < 0.40
    assert 0.24 < high < 0.38


def test_abnormalities_are_as_frequent_as_published(table: Callable[[str], pl.DataFrame]) -> None:
    fish = table("cytogenetics")
    found = dict(fish.group_by("abnormality").agg((pl.col("result") == "positive").mean()).rows())
    bounds = {"del17p": (0.07, 0.13), "t(4;14)": (0.10, 0.17), "t(14;16)": (0.02, 0.06), "gain1q": (0.29, 0.42)}
    bounds |= {"t(14;20)": (0.003, 0.03), "del1p32": (0.06, 0.15), "tp53_mutation": (0.03, 0.10)}
    bounds |= {"del1p32_monoallelic": (0.04, 0.13), "del1p32_biallelic": (0.005, 0.045)}
    assert all(low < found[name] < high for name, (low, high) in bounds.items())


def test_survival_is_six_to_eight_years_and_shorter_in_higher_stages(patients: pl.DataFrame) -> None:
    rows = patients.with_columns(
        months=(pl.col("last_contact_date") - pl.col("diagnosis_date")).dt.total_days() / 30.4375,
        dead=pl.col("vital_status") == "dead",
    )

    def median(of: pl.DataFrame) -> float:
        return float(KaplanMeierFitter().fit(of["months"].to_numpy(), of["dead"].to_numpy()).median_survival_time_)

    assert 65 < median(rows) < 100
    by_stage = [median(rows.filter(pl.col("reported_iss") == stage)) for stage in ("I", "II", "III")]
    assert by_stage == sorted(by_stage, reverse=True)


def test_values_mean_the_same_at_every_site_whatever_their_unit(table: Callable[[str], pl.DataFrame]) -> None:
    """A wrong factor would set a site apart by tens; median albumin, say, differs by a few per cent between sites."""
    labs = table("labs").join(table("patients").select("patient_id", "site_id"), on="patient_id")
    usual = ["albumin", "calcium", "creatinine", "hemoglobin", "ldh", "igg"]
    medians = (
        labs.filter(pl.col("analyte").is_in(usual))
        .group_by("analyte", "site_id")
        .agg(pl.col("value").median())
        .group_by("analyte")
        .agg((pl.col("value").max() / pl.col("value").min()).alias("spread"))
    )
    assert at(medians["spread"], 1) < 1.5
    plausible = {"albumin": (1, 6), "calcium": (5, 20), "creatinine": (0.2, 30), "serum_m_protein": (0, 15)}
    for analyte, (low, high) in plausible.items():
        value = labs.filter(pl.col("analyte") == analyte)["value"]
        assert low <= at(value, 0) <= at(value, 1) <= high, analyte


def test_units_and_ways_to_write_a_limit_differ_between_sites(tmp_path: Path) -> None:
    write_sample(tmp_path, 300, 4, dirt=0)
    labs = pl.read_csv(tmp_path / "labs.csv", infer_schema_length=0)
    serum = labs.filter(pl.col("analyte") == "serum_m_protein")
    assert set(serum["unit"]) == {"g/dL", "g/L"}
    assert serum["value"].str.starts_with("<").any()
    assert serum["comparator"].is_not_null().any()
    assert (serum["value"] == "0").any()
    assert labs.filter(pl.col("analyte").str.starts_with("flc"))["unit"].n_unique() == 2


def test_findings_are_those_of_an_elderly_clinic(table: Callable[[str], pl.DataFrame]) -> None:
    findings = table("findings")
    weight = findings.filter(pl.col("finding") == "weight_kg")["value"]
    assert 30 < at(weight, 0) < 50 < at(weight, 0.5) < 63 < at(weight, 1) < 100
    assert set(findings.filter(pl.col("finding") == "ecog")["value"]) >= {0, 1, 2, 3}
    unfit = findings.filter((pl.col("finding") == "transplant_ineligible") & pl.col("present"))
    grafted = table("treatments").filter(pl.col("phase") == "autologous_transplant")
    ages = unfit.join(table("patients"), on="patient_id")
    old = ((ages["observed_on"] - ages["birth_date"]).dt.total_days() > 65 * 365.25).mean()
    assert 0.7 < old < 0.97
    assert unfit.join(grafted, on="patient_id").is_empty()


def test_rare_diseases_are_examined_for_what_they_do(table: Callable[[str], pl.DataFrame]) -> None:
    labs = table("labs").join(table("patients").select("patient_id", "diagnosis", "diagnosis_date"), on="patient_id")
    of_heart = labs.filter(pl.col("analyte").is_in(["troponin_t", "nt_probnp", "egfr"]))
    vegf = labs.filter(pl.col("analyte") == "vegf").sort("collected_on")
    assert (set(of_heart["diagnosis"]), set(vegf["diagnosis"])) == ({"AL"}, {"POEMS"})
    grafted = table("treatments").filter(pl.col("phase") == "autologous_transplant")
    assert vegf.join(grafted, on="patient_id").select(pl.col("collected_on") > pl.col("start_date")).to_series().any()
    assert 0.005 < at(of_heart.filter(pl.col("analyte") == "troponin_t")["value"], 0.5) < 0.2
    course = vegf.group_by("patient_id").agg(first=pl.col("value").first(), least=pl.col("value").min())
    assert (course["first"] > 500).any()
    assert (course["least"] < course["first"]).any()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_three_hundred_patients_have_some_of_what_is_rare(tmp_path: Path, seed: int) -> None:
    write_sample(tmp_path, 300, seed, dirt=0)
    rows = pl.read_csv(tmp_path / "patients.csv", infer_schema_length=0)
    diagnoses = dict(rows["diagnosis"].value_counts().rows())
    assert all(diagnoses[name] >= 2 for name in ("MGUS", "SMM", "AL", "POEMS"))
    assert rows.filter((pl.col("diagnosis") == "MGUS") & (pl.col("isotype") == "IgM")).height >= 2


def test_mgus_is_small_and_seldom_moves_on(table: Callable[[str], pl.DataFrame]) -> None:
    mgus = table("patients").filter(pl.col("diagnosis") == "MGUS")
    begun = table("treatments").join(mgus, on="patient_id", how="semi")["patient_id"].n_unique()
    assert 0 < begun / mgus.height < 0.4
    at_diagnosis = (pl.col("collected_on") - pl.col("diagnosis_date")).dt.total_days().abs() < 15
    m_protein = table("labs").filter(pl.col("analyte") == "serum_m_protein").join(mgus, on="patient_id")
    assert at(m_protein.filter(at_diagnosis)["value"], 1) < 3
    marrow = table("marrow").join(mgus, on="patient_id").filter(at_diagnosis)
    assert at(marrow["plasma_cell_percent"], 0.9) < 10
    assert table("imaging").join(mgus, on="patient_id").filter(pl.col("lytic_lesions") > 0).height <= begun
    isotype = shares(mgus["isotype"])
    assert set(isotype) == {"IgG", "IgA", "IgM", "light_chain"}
    assert 0.08 < isotype["IgM"] < 0.30
    # its course is another disease's
    of_lymphocytes = mgus.filter(pl.col("isotype") == "IgM")
    assert table("treatments").join(of_lymphocytes, on="patient_id").is_empty()


def test_precursors_are_examined_for_what_they_are_not(table: Callable[[str], pl.DataFrame]) -> None:
    watched = table("patients").filter(pl.col("diagnosis").is_in(["MGUS", "SMM"]))
    ruled_out = table("findings").filter((pl.col("finding") == "al_amyloidosis") & ~pl.col("present"))
    assert 0.7 < watched.join(ruled_out, on="patient_id", how="semi").height / watched.height < 1
    others = ruled_out.join(watched, on="patient_id", how="anti").join(table("patients"), on="patient_id")
    assert set(others["diagnosis"]) == {"POEMS"}
    scans = table("imaging").filter(pl.col("modality") == "wbmri").join(watched, on="patient_id")
    assert at(scans.filter(pl.col("diagnosis") == "SMM")["focal_lesions"], 1) <= 1


def test_leukaemia_has_its_cells_counted(table: Callable[[str], pl.DataFrame]) -> None:
    share = table("labs").filter(pl.col("analyte") == "circulating_plasma_cells_percent")
    of = share.join(table("patients"), on="patient_id")
    assert set(of["diagnosis"]) == {"PCL"}
    assert 20 <= at(of["value"], 0.1) < at(of["value"], 1) <= 100


def test_the_nervous_system_is_looked_at_after_three_lines(table: Callable[[str], pl.DataFrame]) -> None:
    looked = table("findings").filter(pl.col("finding") == "cns_involvement")
    assert 0 < looked["present"].mean() < 0.15
    lines = table("treatments").group_by("patient_id").agg(pl.col("line").max())
    assert looked.join(lines, on="patient_id")["line"].min() >= 3


def test_smouldering_disease_moves_on_by_anaemia_in_part(table: Callable[[str], pl.DataFrame]) -> None:
    treated = table("treatments").group_by("patient_id").agg(start=pl.col("start_date").min())
    smouldering = table("patients").filter(pl.col("diagnosis") == "SMM").join(treated, on="patient_id")
    marrow = table("marrow").join(smouldering, on="patient_id")
    before = pl.col("start") - pl.col("collected_on")
    looked_at = marrow.filter(before.dt.total_days().is_between(0, 7))
    assert looked_at["patient_id"].n_unique() / smouldering.height > 0.5
    hemoglobin = table("labs").filter(pl.col("analyte") == "hemoglobin").join(smouldering, on="patient_id")
    anaemic = hemoglobin.filter(before.dt.total_days().is_between(0, 7)).select(pl.col("value") < 10).to_series()
    assert anaemic.any()
    assert not anaemic.all()


def test_supportive_care_differs_by_site(table: Callable[[str], pl.DataFrame]) -> None:
    care = table("supportive_care").join(table("patients"), on="patient_id")
    checked = (
        care.filter(pl.col("drug") == "dental_check").group_by("site_id").agg(checked=pl.col("patient_id").n_unique())
    )
    agent = care.filter(pl.col("drug").is_in(["denosumab", "zoledronic_acid"]))
    of_site = agent.group_by("site_id").agg(given=pl.col("patient_id").n_unique()).join(checked, on="site_id")
    share = of_site["checked"] / of_site["given"]
    assert at(share, 0) < 0.6
    assert at(share, 1) > 0.85


def test_denosumab_goes_with_vitamin_d_in_most_and_in_some_with_a_name_that_says_nothing(
    table: Callable[[str], pl.DataFrame],
) -> None:
    care = table("supportive_care")
    denosumab = care.filter(pl.col("drug") == "denosumab").select("patient_id", begun="start_date").unique("patient_id")
    supplied = care.filter(pl.col("drug").is_in(SUPPLEMENTS)).join(denosumab, on="patient_id", how="left")
    assert supplied["begun"].null_count() == 0
    assert (supplied["start_date"] >= supplied["begun"]).all()
    of_some_name = supplied.filter(pl.col("drug") != SUPPLEMENTS[-1])["patient_id"].n_unique()
    assert 0.55 < of_some_name / denosumab.height < 0.85
    assert set(supplied["drug"]) == set(SUPPLEMENTS)


def test_frailty_of_the_old_is_asked_by_one_questionnaire(table: Callable[[str], pl.DataFrame]) -> None:
    found = table("findings")
    adl, iadl = (found.filter(pl.col("finding") == name) for name in ("adl", "iadl"))
    assert adl["value"].is_between(0, 6).all()
    assert iadl["value"].is_between(0, 8).all()
    first = table("treatments").filter(pl.col("line") == 1).group_by("patient_id").agg(pl.col("start_date").min())
    of_line = first.join(table("patients"), on="patient_id").with_columns(
        is_old=(pl.col("start_date") - pl.col("birth_date")).dt.total_days() >= 65 * 365.25
    )
    both = adl.join(iadl, on=["patient_id", "observed_on"])["patient_id"].unique()
    share = dict(of_line.group_by("is_old").agg(pl.col("patient_id").is_in(both.implode()).mean()).rows())
    assert 0.65 < share[True] < 0.95
    assert 0.15 < share[False] < 0.60


# --- the order of things


@pytest.mark.parametrize("name", CLINICAL_DATES)
def test_nothing_happens_after_death_or_last_contact(table: Callable[[str], pl.DataFrame], name: str) -> None:
    rows = table(name).join(table("patients"), on="patient_id")
    for column in CLINICAL_DATES[name]:
        late = rows.filter(pl.col(column) > pl.col("last_contact_date"))
        assert late.is_empty(), column
    # work-up is done within days of the diagnosis
    early = rows.filter(pl.col(CLINICAL_DATES[name][0]) < pl.col("diagnosis_date") - pl.duration(days=10))
    assert early.is_empty()


def test_patients_are_born_diagnosed_registered_and_lost_in_that_order(patients: pl.DataFrame) -> None:
    assert (patients["birth_date"] < patients["diagnosis_date"]).all()
    assert (patients["registered_on"] >= patients["diagnosis_date"]).all()
    assert (patients["last_contact_date"] >= patients["registered_on"]).all()
    dead = patients.filter(pl.col("vital_status") == "dead")
    assert (dead["death_date"] == dead["last_contact_date"]).all()
    assert patients.filter(pl.col("vital_status") == "alive")["death_date"].is_null().all()


def test_lines_follow_each_other_and_no_treatment_outlasts_its_line(table: Callable[[str], pl.DataFrame]) -> None:
    rows = table("treatments")
    assert (rows["end_date"].drop_nulls() >= rows.filter(pl.col("end_date").is_not_null())["start_date"]).all()
    assert (rows["end_date"].is_null() == rows["stop_reason"].is_null()).all()
    lines = rows.group_by("patient_id", "line").agg(pl.col("start_date").min(), pl.col("end_date").max())
    lines = lines.sort("patient_id", "line").with_columns(
        following=pl.col("start_date").shift(-1).over("patient_id"),
        number=pl.int_range(1, pl.len() + 1).over("patient_id"),
    )
    assert (lines["line"] == lines["number"]).all()
    both = lines.drop_nulls("following")
    assert (both["start_date"] < both["following"]).all()
    assert (both["end_date"] < both["following"]).all()
    assert lines["line"].max() == 6


def test_visits_are_monthly_in_a_lines_first_year(table: Callable[[str], pl.DataFrame]) -> None:
    start = table("treatments").filter(pl.col("line") == 1).group_by("patient_id").agg(pl.col("start_date").min())
    days = (
        table("labs")
        .filter(pl.col("analyte") == "serum_m_protein")
        .join(start, on="patient_id")
        .filter((pl.col("collected_on") - pl.col("start_date")).dt.total_days().is_between(0, 360))
        .sort("patient_id", "collected_on")
        .select(pl.col("collected_on").diff().over("patient_id").dt.total_days().alias("gap"))["gap"]
        .drop_nulls()
    )
    assert 26 < at(days, 0.5) < 36
    assert at(days, 0.95) < 80


def test_most_patients_respond_and_some_reach_negative_immunofixation(table: Callable[[str], pl.DataFrame]) -> None:
    negative = table("labs").filter((pl.col("analyte") == "serum_immunofixation") & (pl.col("result") == "negative"))
    treated = table("treatments")["patient_id"].n_unique()
    assert 0.25 < negative["patient_id"].n_unique() / treated < 0.75
    best = table("assessments").filter(pl.col("response").is_in(["PR", "VGPR", "CR", "sCR"]))
    assert 0.7 < best["patient_id"].n_unique() / treated < 0.97
