"""The first screen: what this is, a few figures, and what the registry found, in plain sentences."""

from collections.abc import Iterator

import polars as pl

from flows.drawing.audit_words import indicator_words
from flows.drawing.curve_values import of_origin
from flows.drawing.words import NOT_KNOWN, Words
from flows.report.sections import Facts, Section, is_stored, one_row
from flows.report.sections.quality import sites_apart
from flows.report.sections.unknown import tests_in_words
from transforms.survival import CURVES

FINDINGS = 5
# A share, or a curve, of fewer is not quoted on the first screen.
FEWEST = 10
YEARS = (("at_60", 5), ("at_36", 3), ("at_24", 2), ("at_12", 1))


def opening(facts: Facts, words: Words) -> Section:
    """The lead sentence, the figures and the findings."""
    return {
        "lead": _lead(one_row(facts, "flow"), words),
        "made": _made(one_row(facts, "run"), words) + (words.t("opening.relaxed") if facts["relaxed"].height else ""),
        "figures": list(_figures(facts, words)),
        "findings": [found for found in _findings(facts, words) if found][:FINDINGS],
    }


def _lead(flow: Section, words: Words) -> str:
    if flow["cohort"] == 0:
        return words.t("opening.none")
    first, last = flow["first_year"], flow["last_year"]
    years = "" if first is None else words.t("opening.years", first=str(first), last=str(last))
    if first is not None and first == last:
        years = words.t("opening.year", year=str(first))
    sites = words.t("opening.sites", n=flow["sites"]) if flow["sites"] else words.t("opening.no_site")
    return words.t("opening.lead", n=flow["cohort"], sites=sites, years=years)


def _made(run: Section, words: Words) -> str:
    if not run:
        return words.t("opening.made_without")
    return words.t("opening.made", edition=words.edition(run["criteria"]))


def _figures(facts: Facts, words: Words) -> Iterator[Section]:
    flow = one_row(facts, "flow")
    of_all = "" if flow["patients"] is None else words.t("opening.patients_note", n=flow["patients"])
    label = words.t("opening.patients")
    yield {"label": label, "value": words.count(flow["cohort"]), "unit": "", "note": of_all}
    overall = {origin: _overall(facts, origin) for origin in CURVES}
    os, pfs = overall[CURVES[0]], overall[CURVES[2]]
    if os.get("n") and os["at_60"] is not None:
        limits = words.interval_of_shares(os["at_60_low"], os["at_60_high"])
        yield _figure(words, "alive", words.share(os["at_60"]), limits=limits)
    yield _median(words, "os", os)
    yield _median(words, "pfs", pfs, _source(words, pfs))
    yield _response(facts, words)
    known = next((row for row in facts["staged"].to_dicts() if row["system"] == "R-ISS"), None)
    if known and known["cohort"]:
        yield _figure(
            words, "stage", words.percent(known["known"], known["cohort"]), known=known["known"], n=known["cohort"]
        )


def _figure(words: Words, name: str, value: str, extra: str = "", **said: int | str | None) -> Section:
    note = words.t(f"opening.{name}_note", **said) + extra
    return {"label": words.t(f"opening.{name}"), "value": value, "unit": "", "note": note}


def _median(words: Words, name: str, row: Section, extra: str = "") -> Section:
    if not row or row["n"] == 0:
        return {
            "label": words.t(f"opening.{name}"),
            "value": NOT_KNOWN,
            "unit": "",
            "note": words.t(f"opening.{name}_none"),
        }
    reached = row["median_months"] is not None
    value = words.decimal(row["median_months"]) if reached else words.t("not_reached")
    said = _figure(words, name, value, extra, events=row["events"], n=row["n"])
    return {**said, "unit": words.t("unit_months") if reached else ""}


def _source(words: Words, row: Section) -> str:
    source = row.get("progression_source")
    return words.t(f"opening.{source}") if source in ("reported", "mixed") else ""


def _response(facts: Facts, words: Words) -> Section:
    first = next((row for row in facts["response_rates"].to_dicts() if row["line"] == 1), {})
    if first.get("evaluable", 0) == 0:
        label = words.t("opening.response")
        return {"label": label, "value": NOT_KNOWN, "unit": "", "note": words.t("opening.response_none")}
    share = words.percent(first["responded"], first["evaluable"])
    return _figure(words, "response", share, responded=first["responded"], n=first["evaluable"])


def _overall(facts: Facts, origin: object) -> Section:
    rows = of_origin(facts["survival"], origin).filter(stratum_by="overall")  # type: ignore[arg-type]
    return next(iter(rows.to_dicts()), {})


def _findings(facts: Facts, words: Words) -> Iterator[Section | None]:
    yield _by_stage(facts, words)
    yield _by_mrd(facts, words)
    yield from _in_quality(facts, words)
    yield _cost(facts, words)
    yield _failed_checks(facts, words)
    yield _depth(facts, words)


def _finding(words: Words, name: str, href: str, text: str, note: str = "") -> Section:
    return {"label": words.t(f"finding.{name}"), "text": text, "note": note, "href": f"#{href}"}


def _by_stage(facts: Facts, words: Words) -> Section | None:
    rows = {row["stratum"]: row for row in of_origin(facts["survival"], CURVES[0]).filter(stratum_by="iss").to_dicts()}
    best, worst = rows.get("I"), rows.get("III")
    if not (best and worst) or not _enough(best["n"], worst["n"]):
        return None
    for column, years in YEARS:
        if best[column] is not None and worst[column] is not None:
            shares = {"best": words.share(best[column]), "worst": words.share(worst[column])}
            text = words.t(f"finding.stage_{years}", **shares)
            p = words.p_phrase(best["p_logrank"])
            return _finding(words, "stage", "survival", text, words.t("finding.stage_note", p=p))
    return None


def _by_mrd(facts: Facts, words: Words) -> Section | None:
    found = facts["landmark"]
    if not found.height:
        return None
    rows = {row["stratum"]: row for row in found.filter(endpoint="PFS").to_dicts()}
    negative, positive = rows.get("negative"), rows.get("positive")
    months = str(found["landmark_months"][0])
    if not (negative and positive):
        return None
    if not _enough(negative["n"], positive["n"]):
        few = words.t("finding.mrd_hidden")
        if None not in (negative["n"], positive["n"]):
            few = words.t("finding.mrd_few", negative=negative["n"], positive=positive["n"], months=months)
        return _finding(words, "mrd", "mrd", few)
    for column, years in YEARS:
        if negative[column] is not None and positive[column] is not None:
            shares = {"negative": words.share(negative[column]), "positive": words.share(positive[column])}
            text = words.t(f"finding.mrd_{years}", **shares)
            return _finding(words, "mrd", "mrd", text, words.t("finding.mrd_note", months=months))
    return None


def _in_quality(facts: Facts, words: Words) -> Iterator[Section | None]:
    if not is_stored(facts, "quality"):
        return
    found = facts["quality"]
    shown = found.filter(pl.col("site").is_null(), pl.col("denominator") >= FEWEST, pl.col("share").is_not_null())
    if shown.height:
        row = shown.sort("share", "id").to_dicts()[0]
        said = {"question": indicator_words(row, "question", words), "share": words.share(row["share"])}
        note = words.t("finding.quality_note", part=row["numerator"], n=row["denominator"])
        yield _finding(words, "quality", "quality", words.t("finding.quality_text", **said), note)
    apart = sites_apart(found).filter("is_low")
    if apart.height:
        text = words.t("finding.sites_text", n=apart["site"].n_unique(), indicators=words.count(apart["id"].n_unique()))
        yield _finding(words, "sites", "quality-sites", text, words.t("finding.sites_note"))


def _cost(facts: Facts, words: Words) -> Section | None:
    if not is_stored(facts, "cost"):
        return None
    shown = facts["cost"].filter(pl.col("could_be_cr") > 0)
    if not shown.height:
        return None
    row = shown.sort("could_be_cr", descending=True, maintain_order=True).to_dicts()[0]
    text = words.t("finding.cost_text", n=row["could_be_cr"], tests=tests_in_words(row["tests"].split(","), words))
    return _finding(words, "cost", "unknown", text, words.t("finding.cost_note"))


def _failed_checks(facts: Facts, words: Words) -> Section | None:
    if not is_stored(facts, "checks"):
        return None
    of_all = facts["checks"].filter(pl.col("site").is_null(), pl.col("verdict") != "not_applicable")
    failed = of_all.filter(verdict="fail").height
    if not failed:
        return None
    return _finding(words, "checks", "checks", words.t("finding.checks_text", n=failed, of=words.count(of_all.height)))


def _depth(facts: Facts, words: Words) -> Section | None:
    first = next((row for row in facts["response_rates"].to_dicts() if row["line"] == 1), {})
    if not _enough(first.get("evaluable")) or first["cr_or_better"] is None:
        return None
    text = words.t("finding.depth_text", share=words.percent(first["cr_or_better"], first["evaluable"]))
    return _finding(words, "depth", "response", text, words.t("finding.depth_note"))


def _enough(*counts: int | None) -> bool:
    return all(n is not None and n >= FEWEST for n in counts)
