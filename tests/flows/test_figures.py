"""Figures and tables to publish, from a small store: sizes, what they say, what they must not, what is missing."""

from __future__ import annotations

import csv
import io
import re
import shutil
import struct
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.drawing.paper import COLUMN_MM, PAGE_MM, pixels, png
from flows.drawing.paper import _colours as colours
from flows.figures.forest import forest
from flows.figures.outcomes import SWIMMERS, FiguresError, read_outcomes
from flows.figures.table_counts import Cells, counted
from flows.figures.table_files import Row, Table, csv_text, html
from flows.figures.table_one import table_one
from flows.figures.write import Made, write_figures
from flows.privacy.escaping import safe
from flows.sql_files import SQL
from transforms.survival import CURVES

SVG = "{http://www.w3.org/2000/svg}"
SMALLEST_PT = 6.0
PPI = 600


@pytest.fixture(scope="module")
def store(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    shutil.copy(synthetic / "registry.duckdb", folder)
    with_models(folder / "registry.duckdb")
    with duckdb.connect(str(folder / "registry.duckdb")) as connection:
        for table in ("survival", "survival_curve"):  # by other stages they are drawn alike, and in test_privacy
            connection.execute(f"delete from {table} where stratum_by not in ('overall', 'iss')")
    return folder


def with_models(database: Path) -> None:
    """Two curves and two hazard ratios of the models, made up: what is drawn is not what is computed elsewhere."""
    curves = [
        {"endpoint": "TTP", "origin": "line_start", "line": 1, "stratum_by": by, "stratum": stratum, "cause": cause}
        | {"day": day, "at_risk": at_risk, "events": 1, "incidence": share, "ci_low": low, "ci_high": high}
        for by, stratum in (("overall", "all"), ("iss", "I"), ("iss", "unknown"))
        for cause, final in (("progression", 0.6), ("death", 0.2))
        for day, at_risk, share, low, high in (
            (0, 30, 0.0, None, None),
            (200, 20, final / 2, final / 4, final),
            (900, 5, final, final / 2, final + 0.1),
        )
    ]
    with duckdb.connect(str(database)) as connection:
        for table, rows in (("cumulative_incidence", curves), ("hazard_ratio", RATIOS)):
            connection.execute(f"drop table if exists {table}")
            connection.execute((SQL / "schema" / f"{table}.sql").read_text(encoding="utf-8"))
            connection.register("made", pl.DataFrame(rows, infer_schema_length=None))
            connection.execute(f"insert into {table} by name select * from made")
            connection.unregister("made")


def ratio(level: str | None, hazard_ratio: float | None, low: float | None, high: float | None, **more: Any) -> Any:
    counts = {"n": 60, "events": 30, "n_level": 20, "events_level": 9, "n_stratum_unknown": 1, "n_left_out": 0}
    about = {
        "endpoint": "OS",
        "origin": "diagnosis",
        "line": None,
        "factor": "iss",
        "covariate": "iss",
        "reference": "I",
    }
    told = {"hazard_ratio": hazard_ratio, "ci_low": low, "ci_high": high, "p": 0.04, "p_proportional": 0.5}
    rest = {"adjusted": False, "level": level, "n_entered_late": 0, "reference": "I", "reason": None}
    return {**about, **counts, **told, **rest, **more}


RATIOS = [
    ratio("II", 1.5, 0.8, 2.8),
    ratio("III", 3.25, 1.4, 44.0, p_proportional=0.01),
    ratio(None, None, None, None, factor="hits", covariate="hits", reference="0", reason="one_level"),
]


@pytest.fixture(scope="module")
def written(store: Path) -> tuple[Path, list[Made]]:
    """Dots take most of the time: they are made of the first figure of each width."""
    folder, widths = store / "figures", set[str]()

    def dots(drawn: str) -> bytes:
        width = drawn.partition('width="')[2].partition("mm")[0]
        if width in widths:
            return b""
        widths.add(width)
        return png(drawn)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flows.figures.write.png", dots)
        return folder, write_figures(store / "registry.duckdb", folder, internal=True)


def drawings(written: tuple[Path, list[Made]]) -> dict[str, str]:
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted(written[0].glob("*.svg"))}


def size_of(png: bytes) -> tuple[int, int, int]:
    """Width and height in dots, and dots per metre, as the file says them."""
    width, height = struct.unpack(">II", png[16:24])
    place = png.index(b"pHYs") + 4
    return width, height, struct.unpack(">I", png[place : place + 4])[0]


def text_of(drawing: str) -> str:
    return " ".join(ElementTree.fromstring(drawing.encode()).itertext())


def test_every_figure_is_there_as_svg_and_png(written: tuple[Path, list[Made]]) -> None:
    folder, made = written
    files = {file for entry in made for file in entry.files}
    assert files == {file.name for file in folder.iterdir()}
    stems = {entry.name for entry in made if "png" in " ".join(entry.files)}
    curves = ("os-diagnosis", "os-line-1", "pfs-line-1")
    assert {f"km-{name}-{by}" for name in curves for by in ("overall", "iss")} <= stems
    assert {"swimmer", "cif-ttp-line-1-overall", "cif-ttp-line-1-iss", "forest-os-diagnosis-unadjusted"} <= stems


def test_a_figure_is_as_wide_as_a_column_or_a_page(written: tuple[Path, list[Made]]) -> None:
    in_dots = set()
    for name, drawing in drawings(written).items():
        found = re.search(r'<svg [^>]*width="(\d+)mm" height="([\d.]+)mm"', drawing)
        assert found, name
        width, height = int(found[1]), float(found[2])
        assert width in (COLUMN_MM, PAGE_MM)
        assert height < 230, f"{name} is higher than a page"
        if image := (written[0] / f"{name}.png").read_bytes():
            dots, _, per_metre = size_of(image)
            assert abs(dots - width / 25.4 * PPI) <= 1, name
            assert abs(per_metre * 0.0254 - PPI) < 1, name
            in_dots.add(width)
    assert in_dots == {COLUMN_MM, PAGE_MM}


def test_nothing_is_scaled_and_no_text_is_too_small_to_read(written: tuple[Path, list[Made]]) -> None:
    for name, drawing in drawings(written).items():
        root = ElementTree.fromstring(drawing.encode())
        width = float(root.attrib["viewBox"].split()[2])
        # A drawing wider than its place would be shrunk into it, and its text with it.
        assert width == pytest.approx(pixels(int(root.attrib["width"].removesuffix("mm"))), abs=0.6), name
        points = float(root.attrib["width"].removesuffix("mm")) / 25.4 * 72 / width
        sizes = {float(text.attrib["font-size"].removesuffix("px")) for text in root.iter(f"{SVG}text")}
        assert min(sizes) * points >= SMALLEST_PT, f"{name}: {min(sizes) * points:.1f} pt"
        assert max(sizes) * points <= 9, name


def test_a_figure_stands_alone_and_names_no_patient(written: tuple[Path, list[Made]]) -> None:
    for name, drawing in drawings(written).items():
        assert not re.search(r"var\(|currentColor|<script|aria-|href|url\((?!#)", drawing), name
        assert set(re.findall(r"https?://[^\"]*", drawing)) == {"http://www.w3.org/2000/svg"}
        assert not re.search(r"P\d{6}", drawing), f"{name} has an id"
        root = ElementTree.fromstring(drawing.encode())
        assert root.find(f"{SVG}title") is not None
        assert root.find(f"{SVG}desc") is not None
    for file in [*written[0].glob("*.html"), *written[0].glob("*.csv")]:
        assert not re.search(r"P\d{6}", file.read_text(encoding="utf-8")), file.name


def test_curves_have_numbers_at_risk_their_test_and_their_source(written: tuple[Path, list[Made]], store: Path) -> None:
    found = read_outcomes(store / "registry.duckdb")["survival"]
    assert found is not None
    drawn = drawings(written)
    overall = found.filter(endpoint="PFS", line=1, stratum_by="overall")
    assert f" {overall['n'][0]} " in f" {text_of(drawn['km-pfs-line-1-overall'])} "
    assert "Number at risk" in drawn["km-pfs-line-1-overall"]
    assert "Log-rank p" not in drawn["km-pfs-line-1-overall"]
    assert "Log-rank p" in drawn["km-pfs-line-1-iss"]
    said = {"reported": "as the clinic recorded it", "mixed": "as recorded by the clinic where none could be derived"}
    found_in_title = {source for source, text in said.items() if text in drawn["km-pfs-line-1-overall"]}
    assert found_in_title == {overall["progression_source"][0]} & set(said)
    assert "ISS III" in text_of(drawn["km-os-diagnosis-iss"])


def test_a_forest_plot_says_what_it_draws_and_what_it_can_not(written: tuple[Path, list[Made]]) -> None:
    said = text_of(drawings(written)["forest-os-diagnosis-unadjusted"])
    for words in ("ISS (reference: I)", "III †", "3.25 (1.40 to 44.00)", "1.50 (0.80 to 2.80)", "one level", "0.040"):
        assert words in said, words
    assert "Hazards may not be proportional" in said


def test_a_forest_plot_of_no_estimate_is_none() -> None:
    rows = [ratio(None, None, None, None, reason="one_level")]
    assert forest(pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col("line").cast(pl.Int64))) == []


def test_swimmers_are_numbered_longest_first_and_spread_over_follow_up(store: Path) -> None:
    courses = read_outcomes(store / "registry.duckdb")["swimmer"]
    assert courses is not None
    assert "patient_id" not in courses.columns
    ends = courses.filter(pl.col("mark").is_in(["death", "alive"])).sort("row")
    assert ends["row"].to_list() == list(range(1, SWIMMERS + 1))
    assert ends["last_month"].is_sorted(descending=True)
    with duckdb.connect(str(store / "registry.duckdb"), read_only=True) as connection:
        [(shortest, middle, longest)] = connection.execute(
            """
            select min(days) / 30.4375, median(days) / 30.4375, max(days) / 30.4375
            from time_to_event join patients using (patient_id)
            where endpoint = 'OS' and origin = 'line_start' and line = 1 and event is not null
                and coalesce(diagnosis, 'MM') in ('MM', 'PCL')
                and patient_id in (select patient_id from visits where line = 1 and response <> 'NE')
            """
        ).fetchall()
    assert shortest < ends["last_month"][-1]
    assert ends["last_month"][0] < longest
    assert ends["last_month"].median() == pytest.approx(middle, rel=0.2)


def test_stretches_of_a_course_meet_and_never_overlap(store: Path) -> None:
    courses = read_outcomes(store / "registry.duckdb")["swimmer"]
    assert courses is not None
    stretches = courses.filter(pl.col("state").is_not_null()).sort("row", "first_month")
    after = stretches.with_columns(before=pl.col("last_month").shift().over("row")).drop_nulls("before")
    assert after.filter((pl.col("first_month") - pl.col("before")).abs() > 1e-9).is_empty()


def test_the_command_writes_the_same_again_lists_it_and_says_which_tables_the_store_lacks(
    written: tuple[Path, list[Made]], store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.figures.write.png", lambda drawn: b"dots")
    shutil.copy(store / "registry.duckdb", tmp_path / "registry.duckdb")
    with duckdb.connect(str(tmp_path / "registry.duckdb")) as connection:
        connection.execute("drop table cumulative_incidence")
        connection.execute("drop table hazard_ratio")
        for table in ("survival", "survival_curve"):  # what is drawn besides takes most of the time
            connection.execute(f"delete from {table} where endpoint <> 'OS' or stratum_by <> 'overall'")
    arguments = ["figures", "--store", str(tmp_path), "--output", str(tmp_path / "here"), "--internal"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    listed = dict(re.findall(r"^(\S+) +(.*)$", result.output, re.MULTILINE))
    assert listed["swimmer"] == listed["km-os-diagnosis-overall"] == "svg, png"
    assert listed["cif-ttp-line-1-overall"].endswith("no table cumulative_incidence")
    assert listed["forest"].endswith("no table hazard_ratio")
    again = {file.name: file.read_bytes() for file in sorted((tmp_path / "here").iterdir())}
    assert again.keys() >= {"swimmer.svg", "km-os-diagnosis-overall.svg", "table1-iss.csv", "table1-iss.html"}
    assert {content for name, content in again.items() if name.endswith(".png")} == {b"dots"}
    for name, content in again.items():
        if not name.startswith("survival.") and not name.endswith(".png"):
            assert content == (written[0] / name).read_bytes(), name


def test_an_empty_store_gives_no_figure_says_so_and_clears_its_own(
    written: tuple[Path, list[Made]], store: Path, tmp_path: Path
) -> None:
    database, folder = tmp_path / "registry.duckdb", tmp_path / "figures"
    shutil.copy(store / "registry.duckdb", database)
    shutil.copytree(written[0], folder)
    (folder / "mine.svg").write_text("kept", encoding="utf-8")
    with duckdb.connect(str(database)) as connection:
        for [table] in connection.execute("select table_name from duckdb_tables()").fetchall():
            connection.execute(f"delete from {table}")
    made = write_figures(database, folder)
    assert all(not entry.files and entry.note for entry in made)
    assert {entry.name for entry in made} >= {"km-os-diagnosis-overall", "swimmer", "forest", "survival", "table1-iss"}
    assert [file.name for file in folder.iterdir()] == ["mine.svg"]


def patients(**columns: list[Any]) -> pl.DataFrame:
    """A cohort of four for table 1, two of ISS I, one of II and one unknown."""
    names = ["hemoglobin", "creatinine", "calcium", "albumin", "beta2_microglobulin", "ldh"]
    names += ["serum_m_protein", "urine_m_protein", "marrow"]
    found = ("del17p", "t(4;14)", "t(14;16)", "gain1q", "t(11;14)", "del13q", "del1p32")
    found += ("del1p32_monoallelic", "del1p32_biallelic", "t(14;20)", "tp53_mutation")
    coded = ("sex", "isotype", "light_chain", "r2_iss", "mass_3", "hr_ims2025", "cytogenetic_risk")
    base: dict[str, list[Any]] = {
        "patient_id": list("abcd"),
        "iss": ["I", "I", "II", "unknown"],
        "r_iss": ["unknown"] * 4,
    }
    base |= {name: [None] * 4 for name in ("age", *names, *found, *coded)}
    schema = {**dict.fromkeys(("age", *names), pl.Float64), **dict.fromkeys(found, pl.Boolean)}
    return pl.DataFrame({**base, **columns}, schema_overrides=schema | dict.fromkeys(coded, pl.String))


def test_table_one_has_medians_shares_and_how_many_are_missing() -> None:
    cohort = patients(
        age=[50.0, 60.0, 70.0, None],
        sex=["F", "M", "M", None],
        del17p=[True, False, None, None],
        isotype=["IgG", "IgG", "IgA", "IgG"],
    )
    table = table_one(cohort, "iss", internal=True)
    assert table is not None
    assert table.fields == ["variable", "category", "All", "ISS I", "ISS II", "ISS unknown"]
    records = {(record[0], record[1]): record[2:] for record in table.records}
    assert records["Patients", ""] == ["4", "2", "1", "1"]
    # Quartiles between neighbours, as R's quantile() gives them by default.
    assert records["Age at diagnosis, years", ""] == ["60 [55–65]", "55 [52–58]", "70 [70–70]", "–"]
    assert records["Age at diagnosis, years", "Missing"] == ["1", "0", "0", "1"]
    assert records["Sex", "Male"] == ["2 (67%)", "1 (50%)", "1 (100%)", "–"]
    assert records["Sex", "Missing"] == ["1", "0", "0", "1"]
    assert records["Isotype", "IgG"] == ["3 (75%)", "2 (100%)", "0 (0%)", "1 (100%)"]
    assert ("Isotype", "Missing") not in records
    assert records["Cytogenetic abnormalities (found/tested)", "del(17p)"] == ["1/2 (50%)", "1/2 (50%)", "0/0", "0/0"]
    assert records["Haemoglobin, g/dL", "Missing"] == ["4", "2", "1", "1"]


def test_an_empty_category_counts_none_and_is_hidden_like_a_small_one() -> None:
    looked = pl.DataFrame({"del1p32": ["false"] * 24})
    groups = {"all": looked, "I": looked}
    counts = counted(groups, ["del1p32"])
    assert Cells(groups, counts, internal=True).of("del1p32", "true") == [0, 0]
    assert Cells(groups, counts, internal=False).of("del1p32", "true") == [None, None]


def test_table_one_takes_the_results_that_staging_takes(store: Path) -> None:
    """Whoever has an ISS derived from β2-microglobulin has one in table 1, and of that stage."""
    found = read_outcomes(store / "registry.duckdb")["table_one"]
    assert found is not None
    with duckdb.connect(str(store / "registry.duckdb"), read_only=True) as connection:
        staged = connection.sql("select patient_id, iss_source from staging").pl()
    derived = found.join(staged, on="patient_id").filter(iss_source="derived")
    assert derived.height > 20
    b2m, albumin = pl.col("beta2_microglobulin"), pl.col("albumin")
    stage = pl.when(b2m >= 5.5).then(pl.lit("III")).when((b2m < 3.5) & (albumin >= 3.5)).then(pl.lit("I"))
    assert derived.filter(stage.otherwise(pl.lit("II")) != pl.col("iss")).is_empty()


def test_the_survival_table_has_every_curve_that_is_drawn(written: tuple[Path, list[Made]], store: Path) -> None:
    stored = read_outcomes(store / "registry.duckdb")["survival"]
    assert stored is not None
    text = (written[0] / "survival.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert set(rows[0]) == set(stored.columns)
    keys = ("endpoint", "origin", "line", "stratum_by", "stratum")
    told = {tuple("" if row[key] is None else str(row[key]) for key in keys): row for row in stored.to_dicts()}
    assert {(row["endpoint"], row["origin"]) for row in rows} == {(origin.endpoint, origin.origin) for origin in CURVES}
    for row in rows:
        same = told[tuple(row[key] for key in keys)]
        assert int(row["n"]) == same["n"]
        assert (float(row["at_12"]) if row["at_12"] else None) == same["at_12"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_would_compute_is_escaped(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["a=1", "", "–", None, -1.5, 3])
def test_other_cells_stay_as_they_are(cell: Any) -> None:
    assert safe(cell) == cell


def test_hostile_text_is_harmless_in_both_forms_of_a_table() -> None:
    table = Table("t", "<b>", [], ["", "n"], [Row("<script>", ["=cmd()"])], ["=a", "n"], [["=cmd()", -2]])
    assert "<script>" not in html(table)
    assert list(csv.reader(io.StringIO(csv_text(table)))) == [["'=a", "n"], ["'=cmd()", "-2"]]


# How the three cones' responses change in each kind of colour blindness: Machado, Oliveira and Fernandes 2009, table 1,
# severity 1.0, on linear RGB.
BLIND = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
PALETTES = {
    "stages": [f"--stage-{name}" for name in ("i", "ii", "iii", "unknown")],
    "responses": [f"--response-{name}" for name in ("scr", "cr", "vgpr", "pr", "mr", "sd", "pd")],
}


def linear(colour: str) -> list[float]:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def lab(rgb: list[float]) -> list[float]:
    """CIE L*a*b* of linear RGB, white D65."""
    xyz = [
        (0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.9505,
        0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2],
        (0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.089,
    ]
    x, y, z = (max(part, 0) ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in xyz)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


@pytest.mark.parametrize("kind", BLIND)
@pytest.mark.parametrize("palette", PALETTES)
def test_colours_stay_apart_for_the_colour_blind(palette: str, kind: str) -> None:
    seen = {
        name: lab([sum(a * b for a, b in zip(row, linear(colours()[name]), strict=True)) for row in BLIND[kind]])
        for name in PALETTES[palette]
    }
    names = list(seen)
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            apart = sum((a - b) ** 2 for a, b in zip(seen[first], seen[second], strict=True)) ** 0.5
            # Ten is about four steps that a normal eye just tells apart; curves have dashes as well.
            assert apart > 8, f"{first} and {second}: {apart:.0f}"


def test_without_a_store_the_command_fails_in_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["figures", "--store", str(tmp_path)])
    assert result.exit_code == 1
    assert "make one with mspike run" in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_a_store_whose_tables_lack_a_column_is_refused(store: Path, tmp_path: Path) -> None:
    shutil.copy(store / "registry.duckdb", tmp_path / "registry.duckdb")
    with duckdb.connect(str(tmp_path / "registry.duckdb")) as connection:
        connection.execute("alter table survival drop column unestimable_because")
    with pytest.raises(FiguresError, match="another version"):
        write_figures(tmp_path / "registry.duckdb", tmp_path / "figures")


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "registry.duckdb")) as connection:
        connection.execute("create table patients (patient_id varchar)")
    with pytest.raises(FiguresError, match="another version"):
        write_figures(tmp_path / "registry.duckdb", tmp_path / "figures")
