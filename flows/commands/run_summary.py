"""What a run prints when it is done: counts per file, what was refused, a few headline figures, where the report is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.compare.comparison import SUBJECTS
from flows.database import connect
from flows.intake.losses import as_sentence
from flows.intake.unknown_drugs import unknown_drug_lines
from flows.intake.unread import unread_lines
from flows.settings.profiles import profile

STAGES = ["I", "II", "III", "unknown"]
MANY_REMOVED = 0.1  # a share of patients that a whole delivery seldom leaves out on purpose


def summary_lines(summary: dict[str, Any], store: Path, run: Path) -> Iterator[str]:
    """The lines to print, from what `run.json` says and the store's run in the folder `run`.

    Counts only, nothing of a single patient.
    """
    width = max([28, *(len(file["source_file"]) for file in summary["files"])])
    yield f"{'file':<{width}} {'read':>10} {'accepted':>10} {'quarantined':>12} {'cells set aside':>16}"
    for file in summary["files"]:
        counts = f"{file['rows_read']:>10,} {file['rows_accepted']:>10,} {file['rows_quarantined']:>12,}"
        yield f"{file['source_file']:<{width}} {counts} {file['cells_set_aside']:>16,}"
    yield from filtered_lines(summary["files"])
    yield from unread_lines(summary["ignored_files"])
    aside = summary["set_aside_entries"]
    refused = {rule: count - aside.get(rule, 0) for rule, count in summary["quarantine_entries"].items()}
    for done, entries in (("rows refused", refused), ("cells set aside", aside)):
        counts = ", ".join(f"{rule} {count:,}" for rule, count in entries.items() if count)
        if counts:
            yield f"{done} for {counts}"
    if summary["repairs"]:
        yield "repaired by " + ", ".join(f"{rule} {count:,}" for rule, count in summary["repairs"].items())
    yield ""
    with connect(run / "registry.duckdb", read_only=True) as connection:
        yield from _headlines(connection)
        unknown = list(unknown_drug_lines(connection))
    yield ""
    if unknown:
        yield "names of drugs that the vocabulary does not know, so that what they could change is unknown:"
        yield from (f"  {line}" for line in unknown)
        yield ""
    yield from _since_lines(summary)
    if summary["moved"]:
        moved = dict.fromkeys(SUBJECTS, 0)
        for row in summary["moved"]:
            moved[row["subject"]] += row["moved"]
        yield "moved since the last: " + ", ".join(f"{subject} {n:,}" for subject, n in moved.items() if n)
    yield from profile_lines(summary["profile"])
    if summary["dates_invented"]:
        yield (
            "dates are invented: they are given in days from an epoch (registry.toml) and have no calendar; periods,"
            " timeliness and a cut-off do not apply"
        )
    if summary["rows_after_cutoff"]:
        yield (
            f"cut-off {summary['cutoff']}: {summary['rows_after_cutoff']:,} rows dated after it, or lasting beyond"
            " it, do not extend follow-up (data check plausibility.after_cutoff); registry.toml may declare another"
        )
    if summary["only_progressions_recorded"]:
        yield (
            'assessments record nothing but progressions: if that is a log of them, declare records = "progressions"'
            " in registry.toml ([tables.assessments]); until then a line without one has no PFS"
        )
    yield f"criteria {summary['criteria']}, {sum(summary['seconds'].values()):.1f} s"
    yield f"store    {store}"
    yield f"report   {store / 'report' / 'index.html'}"
    yield from map(as_sentence, summary["losses"])


def _since_lines(summary: dict[str, Any]) -> Iterator[str]:
    patients = summary["patients"]
    if summary["because"] is None:
        counts = ", ".join(f"{name} {patients[name]:,}" for name in ("changed", "carried", "removed"))
        yield f"run {summary['run']}, patients since the last: {counts}"
        removed, known = patients["removed"], patients["derived"] + patients["carried"] + patients["removed"]
        if summary["mode"] != "delta" and removed > MANY_REMOVED * known:
            yield (
                f"patients: {removed:,} of the last run are not in this delivery; see that it came whole, and if not"
                " run the whole one (what was known before stays: mspike run --as-of)"
            )
    elif summary["run"] > 1:
        yield f"run {summary['run']}, all patients derived: {summary['because']}"
    if not_found := summary["removed_not_found"]:
        yield (
            f"removed.csv: of {not_found:,} patients to remove the store has nothing; correct their ids, unless a run"
            " before removed them"
        )


def profile_lines(name: str | None) -> Iterator[str]:
    """Which profile the extract was read by, and what that can't know."""
    if name:
        found = profile(name)
        yield f"profile {name} ({found.title}), which leaves unknown:"
        yield from (f"  {what}" for what in found.unknown)


def filtered_lines(files: list[dict[str, Any]]) -> Iterator[str]:
    """What registry.toml's conditions left out, by file."""
    left_out = [f"{file['source_file']} {file['rows_filtered']:,}" for file in files if file["rows_filtered"]]
    if left_out:
        yield f"rows that are none of the table's (where, where_not): {', '.join(left_out)}"


def _headlines(connection: Any) -> Iterator[str]:
    for name, column in (("ISS", "iss"), ("R-ISS", "r_iss")):
        found = dict(
            connection.execute(
                f"select coalesce({column}, 'unknown'), count(*) from staging group by all order by all"
            ).fetchall()
        )
        yield f"{name:<6} " + "  ".join(f"{stage} {found.get(stage, 0):,}" for stage in STAGES)
    [(visits, evaluable)] = connection.execute(
        "select count(*), count(*) filter (response <> 'NE' and not list_contains(flags, 'one_fluid_missing'))"
        " from visits"
    ).fetchall()
    [(strict, strictly)] = connection.execute(
        "select count(*), count(*) filter (is_evaluable) from strict_reading"
    ).fetchall()
    yield f"visits {visits:,}, evaluable {evaluable:,}" + (f" (strictly {strictly:,})" if strict else "")
    overall = connection.execute(
        "select endpoint, origin, n, events, median_months, progression_source from survival"
        " where stratum_by = 'overall' and coalesce(line, 1) = 1 order by endpoint, origin"
    ).fetchall()
    for endpoint, origin, n, events, median, source in overall:
        shown = "not reached" if median is None else f"{median:.1f} months"
        recorded = f" ({source} progression)" if source else ""
        since = "from diagnosis of AL amyloidosis" if origin == "al_diagnosis" else f"from {origin.replace('_', ' ')}"
        yield f"{endpoint:<4} {since}: n {n:,}, events {events:,}, median {shown}{recorded}"
