"""Of a text some rows are read by parsing only their lines, and they are those that parsing all would give."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from flows.intake.sources import csv_rows, picked_lines
from flows.intake.sources.picked_lines import Asked

BY_LINE = {
    "plain": b"a,b\n1,x\n2,y\n3,z\n4,w\n",
    "no end of the last line": b"a,b\n1,x\n2,y\n3,z\n4,w",
    "ends of Windows": b"a,b\r\n1,x\r\n\r\n2,y\r\n3,z\r\n4,w\r\n",
    "blank lines": b"\n\na,b\n\n1,x\n2,y\n\n\n3,z\n4,w\n\n",
    "quotes": b'"a","b"\n"1","x, and ""y"""\n2,y"\n"3",""\n4,w\n',
    "a mark at the start": b"\xef\xbb\xbfa,b\n1,x\n2,y\n3,z\n4,w\n",
    "a quote that the end closes": b'a,b\n1,x\n2,y\n3,z\n4,"w""',
    "a quote that the end closes, of two": b'a,b\n1,x\n2,y\n3,z\n4,"w""u',
    "a quote with the blank lines to the end": b'a,b\n1,x\n\n2,y\n3,z\n4,"w""u\n\n\n',
    "a line that is no row, with a quote to the end": b'a,b\n1,x\n2,y\n3,z\n4,w\n5,v,"u\n\n',
    "a sign without an end of its line": b"a\n1\n2\n3\n4",
    "lines that are no rows": b"a,b\n1,x,?\n1,x\n2,y\n3\n3,z\n4,w\n5,v\n6\n",
}
OTHERWISE = {
    "a value of two lines": b'a,b\n1,"x\ny"\n2,y\n3,z\n4,w\n',
    "a quote that is never closed": b'a,b\n1,x\n2,y","\n3,z\n4,w",u\n5,v\n6,u\n',
    "ends of an old Macintosh": b"a,b\r1,x\r2,y\r3,z\r4,w\r",
}


def read(path: Path, only: Asked | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows, found = zip(*csv_rows.lines(path, csv_rows.PLAIN, only), strict=True)
    return pl.concat(rows), pl.concat(found)


@pytest.mark.parametrize("piece", [3, 8, 2**20])
@pytest.mark.parametrize("kind", [*BY_LINE, *OTHERWISE])
def test_rows_asked_for_are_those_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, piece: int
) -> None:
    monkeypatch.setattr(picked_lines, "PIECE_BYTES", piece)
    path = tmp_path / "labs.csv"
    path.write_bytes((BY_LINE | OTHERWISE)[kind])
    every, lost = read(path)
    for numbers in (every["row_number"][1:3], every["row_number"][-1:], every["row_number"]):
        asked = Asked.of(numbers, every["row_number"], len(every) + len(lost))
        rows, found = read(path, asked)
        assert rows.equals(every.filter(pl.col("row_number").is_in(numbers.implode())))
        assert found.equals(lost)


@pytest.mark.parametrize("kind", [*BY_LINE, *OTHERWISE])
def test_only_where_each_row_is_a_line_the_others_are_not_parsed(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "labs.csv"
    path.write_bytes((BY_LINE | OTHERWISE)[kind])
    every, lost = read(path)
    with path.open("rb", buffering=0) as text:
        assert picked_lines.is_row_by_line(text, len(every) + len(lost)) == (kind in BY_LINE)


def test_nothing_is_read_of_a_file_of_which_nothing_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "labs.csv"
    path.write_bytes(BY_LINE["plain"])
    every, _ = read(path)
    asked = Asked.of(every["row_number"].clear(), every["row_number"], len(every))
    assert list(csv_rows.lines(path, csv_rows.PLAIN, asked)) == []


def test_lines_that_are_no_rows_are_not_too_many_for_standing_together_when_picked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "MOST_RAGGED", 20)
    monkeypatch.setattr(csv_rows, "BLOCK_BYTES", 200)
    path = tmp_path / "labs.csv"
    path.write_text("a,b\n" + "".join(f"{n},{'x' * 20}\n{n}\n" for n in range(40)), encoding="utf-8")
    every, lost = read(path)
    rows, found = read(path, Asked.of(every["row_number"][3:5], every["row_number"], len(every) + len(lost)))
    assert (rows.equals(every[3:5]), found.equals(lost), len(lost)) == (True, True, 40)
