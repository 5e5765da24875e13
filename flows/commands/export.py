"""`mspike export`: the store as CDISC ADaM data sets, or as a study of cBioPortal."""

from __future__ import annotations

from pathlib import Path

import click

from flows.adam.data_sets import export_adam
from flows.cbioportal.study import export_study
from flows.commands import options

LEFT_OUT = {
    "times_to_event": "times to event omitted: the record contradicts itself (ADTTE)",
    "progressions": "lines without PD: progression unknown (ADRS)",
    "responses": "lines without RSP: no evaluable visit (ADRS)",
}

UNKNOWN = {
    "os": "patients without OS: the record contradicts itself",
    "pfs": "first lines without PFS: progression unknown",
    "treatments": "treatments omitted: the drug or its start is unknown",
    "transplants": "transplants omitted: the record does not say that it was one, or when",
    "mrd": "tests of MRD omitted: not sensitive enough to decide",
}


@click.group()
def export() -> None:
    """Hand the store over in another field's format."""


@export.command()
@options.STORE
@click.option("--output", type=options.PATH, required=True, help="Folder to write into.")
@click.option("--study", default="MSPIKE", show_default=True, help="STUDYID of every row.")
def adam(store: Path, output: Path, study: str) -> None:
    """ADSL, ADRS, ADTTE and ADAE, each as Parquet and as SAS transport file (XPT, version 5). Rows are of patients."""
    exported = export_adam(store, output, study)
    for name, rows in exported.rows.items():
        click.echo(f"{name:<6} {rows:>10,} rows   {output / name.lower()}.parquet, .xpt")
    for reason, count in exported.left_out.items():
        if count:
            click.echo(f"{count:>17,} {LEFT_OUT[reason]}")
    if sum(exported.cut.values()):
        click.echo(f"{sum(exported.cut.values()):>17,} texts longer than 200 bytes, cut in XPT (whole in Parquet)")


@export.command()
@options.STORE
@click.option("--output", type=options.PATH, required=True, help="Folder to write into.")
@click.option("--study", default="mspike", show_default=True, help="cancer_study_identifier of every file.")
def cbioportal(store: Path, output: Path, study: str) -> None:
    """A study folder for cBioPortal: patients, samples, and timelines in days from diagnosis. One row or more per
    patient.
    """
    exported = export_study(store, output, study)
    for name, rows in exported.rows.items():
        click.echo(f"{name:<30} {rows:>10,} rows   {output / name}")
    for reason, count in exported.left_out.items():
        if count:
            click.echo(f"{count:>41,} {UNKNOWN[reason]}")
