"""The work-up at diagnosis test by test: how many had each, and which tests a site or the registry never records."""

import polars as pl

from flows.drawing.words import Words
from flows.report.sections import Facts, Section, is_stored
from rules.audit.work_up import WORK_UP


def work_up(facts: Facts, words: Words) -> Section:
    """The tests in the order of Table 2, with their counts of all sites and their share at each site; those that the
    registry never records by name only.
    """
    if not is_stored(facts, "work_up"):
        return {"rows": [], "never": [], "sites": []}
    found = facts["work_up"]
    overall = {row["test"]: row for row in found.filter(pl.col("site").is_null()).to_dicts()}
    of_site = {(row["test"], row["site"]): row for row in found.filter(pl.col("site").is_not_null()).to_dicts()}
    sites = found["site"].drop_nulls().unique().sort().to_list()
    names = {test.name: words.name("work_up_test", test.name) for test in WORK_UP}
    known = [name for name in names if name in overall]
    rows = [
        {
            **overall[name],
            "name": names[name],
            "sites": [of_site.get((name, site), {}).get("share") for site in sites],
        }
        for name in known
        if not overall[name]["is_never"]
    ]
    return {
        "rows": rows,
        "never": [names[name] for name in known if overall[name]["is_never"]],
        "sites": [words.site(site) for site in sites],
    }
