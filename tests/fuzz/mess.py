"""What real extracts hold in place of what they should: texts of cells, lines, headers, files and configurations."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tomllib
import zipfile
from pathlib import Path
from random import Random

import xlsxwriter

from tests.fuzz.good import REGISTRY, SETTINGS

CORPUS = tomllib.loads(Path(__file__).with_name("corpus.toml").read_text(encoding="utf-8"))
CELLS: list[str] = CORPUS["cells"]
LONG = ["x" * 10_001, "1" * 20_000, "あ" * 10_000, "1" * 10**6, "x," * 5000, "\n" * 10_000]
NAMES: list[str] = [*CORPUS["names"], "x" * 5000]
ENCODINGS = ["utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp037"]
BITS = [
    b"\0",
    b"\xff",
    b'"',
    b",",
    b"\n",
    b"\r\n",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x1a",
    b";",
    b"\t",
    b"\x80",
    b"PK\x03\x04",
]
TOML: list[str] = [*CORPUS["toml"], "[" * 200]
VALUES: list[str] = CORPUS["values"]


def text(random: Random) -> str:
    """A text such as stands in a cell."""
    kind = random.random()
    if kind < 0.6:
        return random.choice(CELLS)
    if kind < 0.8:
        return edited(random, random.choice(CELLS), "0123456789.,-/<>+()eE陰性月 　\n\"'０ａ\0")
    if kind < 0.995:
        return "".join(chr(_code_point(random)) for _ in range(random.randint(1, 12)))
    return random.choice(LONG[:3])


def variant(random: Random, cell: str) -> str:
    """A good cell in another form: wide, in other letters, with blanks, commas or another way to write a date."""
    forms = [
        cell.upper(),
        cell.lower(),
        cell.title(),
        f" {cell}\u3000",
        "".join(map(_wide, cell)),
        edited(random, cell, cell or " "),
    ]
    if cell.count("-") == 2:
        year, month, day = cell.split("-")
        forms += [f"{year}/{int(month)}/{int(day)}", f"{year}年{month}月{day}日", f"{cell} 00:00", year + month + day]
        forms += [f"{day}.{month}.{year}", f"{month}/{day}/{year}"]
    if cell.replace(".", "").isdigit():
        forms += [f"{cell},000,000", f"1,{cell}00.5", f"1,{cell}00", f"{cell}以下", f"＜{cell}", f"{cell},5"]
    return random.choice(forms)


def _wide(sign: str) -> str:
    return chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign


def _code_point(random: Random) -> int:
    low, high = random.choice(
        [(0x20, 0x7E), (0x20, 0x7E), (0, 0x1F), (0xA0, 0x17F), (0x3000, 0x30FF), (0xFF00, 0xFFEF), (0, 0xD7FF)]
    )
    return random.randint(low, high)


def edited(random: Random, good: str, signs: str) -> str:
    """A text with up to three signs put in, left out or exchanged."""
    found = list(good)
    for _ in range(random.randint(1, 3)):
        at = random.randint(0, len(found))
        found[at : at + random.randint(0, 1)] = random.choice(signs) * random.randint(0, 1)
    return "".join(found)


def line(random: Random, good: str) -> str:
    """A line of a CSV file, perhaps none of its columns."""
    kind = random.random()
    if kind < 0.5:
        return edited(random, good, ',,,"";\t\n\r\0 ')
    if kind < 0.7:
        return good[: random.randint(0, len(good))]
    if kind < 0.9:
        return good + random.choice([",", ",,,", "," * 300, '"', ",x", "\r", "\n\n"])
    return text(random)


def header(random: Random, good: list[str]) -> list[str]:
    """Names of columns, some of them others, twice, in another order or left out."""
    names = list(good)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(names)) if names else 0
        change = random.random()
        if change < 0.5 and names:
            names[at] = random.choice([*NAMES, edited(random, names[at], 'abc_ (A\n"ａ;')])
        elif change < 0.7:
            names.insert(at, random.choice([*NAMES, *good]))
        elif change < 0.8 and names:
            del names[at]
        elif change < 0.85:
            names += [f"c{number}" for number in range(random.choice([50, 3000]))]
        else:
            random.shuffle(names)
    return names


def content(random: Random, good: str) -> tuple[str, bytes]:
    """A file's ending and its bytes, made of a good CSV file."""
    encoding = random.choice(ENCODINGS)
    written = good.encode(encoding, errors="replace")
    kind = random.random()
    if kind < 0.3:
        return ".csv", written
    if kind < 0.7:
        return ".csv", _damaged(random, written)
    if kind < 0.9:
        packed = _packed(written)
        return ".csv.gz", _damaged(random, packed) if random.random() < 0.6 else packed
    if kind < 0.95:
        ending, packed = random.choice(
            [(".xlsx", _workbook(good)), (".zip", _archive(written)), (".ndjson", _json(good))]
        )
        return ending, _damaged(random, packed) if random.random() < 0.6 else packed
    others = [".parquet", ".csv.gz", ".xlsx", ".xls", ".ods", ".zip", ".ndjson", ".sav", ".dta", ".xpt", ".sas7bdat"]
    plain = [(ending, written) for ending in others]
    return random.choice([*plain, (".csv", _packed(written)), (".csv", random.randbytes(300))])


def _rows(good: str) -> list[list[str]]:
    return list(csv.reader(good.splitlines()))


def _workbook(good: str) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for at, row in enumerate(_rows(good)):
            sheet.write_row(at, 0, row)
    return buffer.getvalue()


def _archive(written: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.csv"), written)  # by its name alone it has the time of day in it
    return buffer.getvalue()


def _json(good: str) -> bytes:
    names, *rows = _rows(good)
    return "\n".join(json.dumps(dict(zip(names, row, strict=False))) for row in rows).encode()


def _packed(written: bytes) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as file:
        file.write(written)
    return buffer.getvalue()


def _damaged(random: Random, written: bytes) -> bytes:
    found = bytearray(written)
    for _ in range(random.randint(1, 4)):
        at = random.randint(0, len(found))
        change = random.random()
        if change < 0.4:
            found[at:at] = random.choice(BITS)
        elif change < 0.6:
            del found[at:]
        elif change < 0.8:
            del found[at : at + random.randint(1, 20)]
        else:
            found[at : at + 4] = random.randbytes(4)
    return bytes(found)


def settings(random: Random) -> str:
    """A mspike.toml with something else in it."""
    return _toml(random, SETTINGS)


def registry(random: Random) -> str:
    """A registry.toml with something else in it."""
    return _toml(random, REGISTRY)


def _toml(random: Random, good: str) -> str:
    lines = good.strip().split("\n")
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(lines))
        change, before, equals, _value = random.random(), *lines[at].partition("=")
        if change < 0.4 and equals:
            lines[at] = f"{before}= {random.choice([*VALUES, _quoted(text(random))])}"
        elif change < 0.55 and equals:
            lines[at] = f"{edited(random, before, 'abc_.x ')}={_value}"
        elif change < 0.7:
            lines[at] = edited(random, lines[at], "[]=\"'.{}#abc\n")
        elif change < 0.8:
            lines.insert(at, random.choice(TOML))
        elif change < 0.9:
            lines.insert(at, random.choice(lines))
        else:
            del lines[at]
        lines = lines or [""]
    return "\n".join(lines)


def _quoted(found: str) -> str:
    return "'" + "".join(sign for sign in found if sign.isprintable() and sign != "'") + "'"
