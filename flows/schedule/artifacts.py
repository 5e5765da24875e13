"""What Prefect's UI shows of a run: counts, quarantine, medians, seconds, and where the report is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from flows.schedule.shared_counts import in_words, shared_counts
from flows.store import last_run

PRIVACY = "Counts as the shared report shows them: none under 10, others rounded to 5."


def write_artifacts(summary: dict[str, Any], store: Path, report_url: str | None) -> None:
    """Add the run's artifacts. The store is published by then: what goes wrong here is one line, and no failure."""
    try:
        _write(summary, store, report_url or (store.absolute() / "report" / "index.html").as_uri())
    except Exception as error:
        print(f"mspike: the artifacts of this run can't be added ({type(error).__name__})", file=sys.stderr)


def _write(summary: dict[str, Any], store: Path, report: str) -> None:
    with last_run(store) as last:
        known = shared_counts(last / "registry.duckdb")
    files = in_words(known["files"], ("rows_read", "rows_accepted", "rows_quarantined"))
    _table("mspike-files", files, "Rows read, accepted and quarantined")
    _table("mspike-quarantine", in_words(known["quarantined"], ("rows_quarantined",)), "Rows quarantined, by rule")
    _table("mspike-medians", in_words(known["medians"], ("n", "events")), "Median OS and PFS, months")
    seconds = "\n".join(f"| {step} | {spent:.2f} |" for step, spent in summary["seconds"].items())
    text = f"Criteria {summary['criteria']}\n\n| step | seconds |\n|---|---:|\n{seconds}\n"
    create_markdown_artifact(text, key="mspike-seconds", description="Seconds by step")
    create_link_artifact(report, "the report", key="mspike-report", description="The report, fit to share")


def _table(key: str, rows: list[dict[str, Any]], title: str) -> None:
    create_table_artifact(rows, key=key, description=f"{title}. {PRIVACY}")
