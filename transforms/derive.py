"""From validated tables to verdicts, for one shard: a set of whole patients. Data goes one way, top to bottom.

A subject with several tables gives them by name: another table of it changes nothing here.
"""

from __future__ import annotations

import polars as pl

from rules.categories import LEVELS
from rules.clauses.defining_events import BIOMARKERS, EVENTS
from rules.criterion import FIGURES, Edition
from rules.quantities import QUANTITIES
from transforms import endpoints
from transforms.amyloidosis import amyloidosis_tables
from transforms.baselines import baselines
from transforms.bone_agents import bone_agents
from transforms.confirmation import line_outcomes, with_confirmation
from transforms.diagnosis import diagnosis
from transforms.drugs import drug_tables
from transforms.follow_up import NOTHING_DECLARED, Declared, cutoff_of, follow_up, latest_row_of
from transforms.frailty import frailty
from transforms.intake.contracts import CONTRACTS, REFUSED_ROW, UNREADABLE, stored
from transforms.lines import lines
from transforms.lost import without_doubtful_serum
from transforms.mrd import mrd_status
from transforms.poems import poems_transplant
from transforms.precursors import precursor_tables
from transforms.relapse import relapse_tables
from transforms.response import PARTS_OF_PR, PROGRESSIONS, judged
from transforms.results import assessment_dates, results
from transforms.routine import with_confirming_named, with_urine_record
from transforms.staging import staging
from transforms.strict_reading import strict_reading
from transforms.time_on_treatment import with_treatment_end
from transforms.visits import visits

VISITS = [
    "patient_id",
    "line",
    "visit_date",
    "response",
    "possible_response",
    "confirmed_response",
    "best_response",
    "progression_reasons",
    "clauses",
    "limited_by",
    "flags",
    "serum_change_from_baseline",
    "serum_change_from_nadir",
]
LINES = [
    "patient_id",
    "line",
    "start_date",
    "end_date",
    "next_line_start",
    "drugs",
    "measurable_by",
    "best_response",
    "best_response_date",
    "progression_date",
    "progression_confirmed_by",
    "progression_source",
]
LINE = ["patient_id", "line"]


def _figures() -> list[str]:
    """The columns of figures that visit_evidence has."""
    return [
        column
        for q in QUANTITIES.values()
        if q.evidence is not None
        for column in (q.at(), *(f"{q.at()}_max" if part == "max" else q.at(part) for part in q.evidence))
    ]


# What a visit's verdicts rest on; the verdicts themselves, and their limits, stand beside it.
EVIDENCE = [
    "patient_id",
    "line",
    "visit_date",
    *_figures(),
    "involved_chain",
    "involved_flc_mg_l",
    "serum_immunofixation_positive",
    "urine_immunofixation_positive",
    "latest_marrow_percent",
    "latest_marrow_clonal",
    "latest_plasmacytoma_mm2",
    "new_plasmacytoma",
    "new_bone_lesion",
    "bone_lesion_progression",
    "corrected_calcium_mg_dl",
    "corrected_calcium_before_mg_dl",
    "calcium_attributed",
]


def derive(
    tables: dict[str, pl.DataFrame],
    edition: Edition,
    declared: Declared = NOTHING_DECLARED,
) -> dict[str, pl.DataFrame]:
    """The tables out that say something of single patients, by name.

    `declared` is what holds of the extract as a whole, of which this may be a part. `tables` are the contract's, with
    `unreadable` where cells were set aside, and `refused_row` (transforms.intake.contracts.REFUSED_ROW) where rows were
    refused.
    """
    tables = complete_tables(tables)
    cutoff = declared.cutoff
    if cutoff is None and not declared.dates_invented:
        cutoff = cutoff_of(tables["patients"], latest_row_of(tables), edition["OS"].alone_years)
    # an id as its place in the order of ids: joins, sorts and groups of whole numbers take a fraction of those of text
    patient = pl.Enum(tables["patients"]["patient_id"].sort())
    lazy = {name: frame.lazy().with_columns(pl.col("patient_id").cast(patient)) for name, frame in tables.items()}
    lazy["labs"] = without_doubtful_serum(lazy["labs"], lazy["patients"])
    # every subject reads them: worked out once, not in each plan again
    lazy = {name: frame.lazy() for name, frame in zip(lazy, pl.collect_all(lazy.values()), strict=True)}
    tests = (lazy["labs"], lazy["marrow"], lazy["imaging"], lazy["patients"])
    of_lines = lines(lazy["treatments"])
    of_tests = results(*tests, lazy["refused_row"]).collect().lazy()
    with_baselines = baselines(of_lines, of_tests, lazy["patients"], edition).collect().lazy()
    followed = follow_up(lazy, cutoff).collect().lazy()
    until_death = with_baselines.join(followed.select("patient_id", "death_date"), on="patient_id", how="left")
    known = with_urine_record(until_death, of_tests, lazy["patients"], edition)
    values = visits(assessment_dates(*tests), of_tests, known, edition)
    confirmed = with_confirming_named(with_confirmation(judged(values, edition), edition), edition).collect()
    of_visits = _with_flags(confirmed)
    of_diagnosis = diagnosis(lazy, of_lines, edition)
    diagnoses = of_diagnosis["diagnosis"].lazy().select("patient_id", "recorded", "derived")
    evidence = of_diagnosis["diagnosis_evidence"].lazy().select("patient_id", "DX.pcl", "extramedullary_disease")
    diagnosed = lazy["patients"].join(diagnoses, on="patient_id").join(evidence, on="patient_id").collect().lazy()
    held = of_diagnosis["diagnosis_evidence"].lazy().select("patient_id", *EVENTS, *BIOMARKERS)
    outcomes = with_baselines.join(line_outcomes(confirmed.lazy(), cutoff), on=LINE, how="left")
    reported = endpoints.with_reported_progression(
        outcomes, lazy["assessments"], lazy["refused_row"], is_log=declared.is_log
    )
    of_drugs = drug_tables(lazy)
    with_losses = endpoints.with_lost_treatments(reported, lazy["refused_row"])
    complete = with_treatment_end(with_losses, lazy["treatments"]).collect()
    of_relapse = relapse_tables(complete.lazy(), confirmed.lazy(), of_tests, {**lazy, "diagnosed": diagnosed}, edition)
    grafts = of_relapse["transplant"].lazy()
    derived = {
        "staging": staging(lazy, diagnosed, of_lines, edition).collect(),
        **of_diagnosis,
        "lines": complete.select(LINES).with_columns(pl.col("best_response").cast(pl.String)).sort(LINE),
        "visits": of_visits.select(VISITS).sort("patient_id", "line", "visit_date"),
        "visit_evidence": _evidence(confirmed),
        "strict_reading": strict_reading(values, edition),
        "mrd_status": mrd_status(lazy, of_lines, confirmed.lazy(), edition).collect(),
        **endpoints.endpoint_tables(complete.lazy(), followed, edition),
        **of_relapse,
        **of_drugs,
        "bone_agent": bone_agents(of_drugs["given_care"].lazy(), lazy, edition).collect(),
        "frailty": frailty(lazy["patients"], lazy["findings"], of_lines, edition).collect(),
        **amyloidosis_tables(diagnosed, lazy, of_lines, confirmed.lazy(), edition),
        "poems_transplant": poems_transplant(diagnosed, lazy["labs"], grafts, of_lines).collect(),
        **precursor_tables(diagnosed.join(held, on="patient_id"), lazy, followed, edition),
    }
    return {name: frame.with_columns(pl.col("patient_id").cast(pl.String)) for name, frame in derived.items()}


def complete_tables(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables, with nothing unreadable and nothing refused where they do not say so; one that is absent is empty."""
    aside = pl.lit(None, pl.List(pl.String)).alias(UNREADABLE)
    tables = {name: pl.DataFrame(schema=stored(name)) for name in CONTRACTS} | tables
    known = {
        name: frame if UNREADABLE in frame.columns else frame.with_columns(aside) for name, frame in tables.items()
    }
    return known | {"refused_row": tables.get("refused_row", pl.DataFrame(schema=REFUSED_ROW))}


def _evidence(visits_: pl.DataFrame) -> pl.DataFrame:
    verdicts = [*PARTS_OF_PR, *LEVELS, *PROGRESSIONS]
    columns = dict.fromkeys(verdicts, pl.Boolean()) | dict.fromkeys(
        (limit for clause_id in verdicts for limit in FIGURES[clause_id]), pl.Float64()
    )
    known = [name if name in visits_.columns else pl.lit(None, kind).alias(name) for name, kind in columns.items()]
    return visits_.select(*EVIDENCE, *known).sort("patient_id", "line", "visit_date")


def _with_flags(visits_: pl.DataFrame) -> pl.DataFrame:
    is_unconfirmed = (pl.col("response") == "PD") & (pl.col("confirmed_response") != "PD")
    unconfirmed = (
        pl.when(is_unconfirmed).then(pl.lit(["unconfirmed_progression"])).otherwise(pl.lit([], pl.List(pl.String)))
    )
    categories = ["response", "possible_response", "confirmed_response", "best_response"]
    return visits_.with_columns(
        pl.col(categories).cast(pl.String), flags=pl.concat_list("flags", unconfirmed).list.sort()
    )
