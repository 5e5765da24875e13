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
    # every site records some test: where one has no row, the site never records that one
    sites = found["site"].drop_nulls().unique().sort().to_list()
    never = {name: [site for site in sites if (name, site) not in of_site] for name in overall}
    names = {test.name: words.name("work_up_test", test.name) for test in WORK_UP if test.name in overall}
    rows = [
        {
            **overall[name],
            "name": called,
            "never_at": words.t("list.comma").join(map(words.site, never[name])),
            "sites": [of_site.get((name, site), {}).get("share") for site in sites],
        }
        for name, called in names.items()
        if len(never[name]) < len(sites)
    ]
    return {
        "rows": rows,
        "never": [called for name, called in names.items() if len(never[name]) == len(sites)],
        "sites": [words.site(site) for site in sites],
    }
