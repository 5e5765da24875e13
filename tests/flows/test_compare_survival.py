"""`mspike compare`: survival in both stores side by side, and as a figure."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from flows import steps
from flows.cli import main
from flows.compare.comparison import comparison
from flows.settings.config import Config
from tests.once import build


@pytest.fixture(scope="module")
def stores(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same extract under both editions, as far as curves."""
    other = tmp_path_factory.mktemp("other-edition")
    return synthetic, build(synthetic / "extract", other, steps.outcomes, configuration=Config("imwg2016"))


def test_survival_stands_side_by_side_and_death_is_the_same_in_both_editions(stores: tuple[Path, Path]) -> None:
    rows = comparison(*stores)["survival"]
    keys = [(row["endpoint"], row["origin"], row["stratum_by"], row["stratum"]) for row in rows]
    assert keys[:2] == [("OS", "diagnosis", "overall", "all"), ("OS", "diagnosis", "iss", "I")]
    assert ("PFS", "line_start", "overall", "all") in keys
    assert len(keys) == len(set(keys))
    for row in rows:
        if row["endpoint"] == "OS":
            assert (row["n_a"], row["events_a"], row["rmst_difference"]) == (row["n_b"], row["events_b"], 0)


def test_what_the_edition_changes_in_pfs_is_the_difference_of_the_restricted_means(stores: tuple[Path, Path]) -> None:
    from flows.database import connect

    [pfs] = [row for row in comparison(*stores)["survival"] if (row["endpoint"], row["stratum"]) == ("PFS", "all")]
    means = []
    for store in stores:
        with connect(store / "registry.duckdb", read_only=True) as connection:
            query = "select rmst_months from survival where endpoint = 'PFS' and stratum_by = 'overall' and line = 1"
            means += [mean for (mean,) in connection.execute(query).fetchall()]
    assert means[0] != means[1], "the sample has patients whose PFS the editions see otherwise"
    assert pfs["rmst_difference"] == pytest.approx(means[1] - means[0])


def test_it_is_printed_with_a_word_on_the_test_that_is_not_made(stores: tuple[Path, Path], tmp_path: Path) -> None:
    arguments = [str(store) for store in stores] + ["--figures", str(tmp_path / "figures")]
    result = CliRunner().invoke(main, ["compare", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    assert "the same patients are in both: not tested" in result.output
    [line] = [line for line in result.output.splitlines() if line.startswith("  PFS of line 1   ")]
    assert line.count("|") == 5
    drawn = (tmp_path / "figures" / "km-pfs-line-1-a-and-b.svg").read_text(encoding="utf-8")
    assert "jsh2023" in drawn
    assert "imwg2016" in drawn
    assert (tmp_path / "figures" / "km-pfs-line-1-a-and-b.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_cannot_be_written_is_one_line(stores: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    arguments = [str(store) for store in stores] + ["--figures", str(tmp_path / "taken")]
    result = CliRunner().invoke(main, ["compare", *arguments], catch_exceptions=False)
    assert result.exit_code == 1
    assert "can't be written" in result.output
    assert len(result.output.splitlines()) == 1
