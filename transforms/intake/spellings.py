"""Signs that stand for plain ones: full-width letters and digits, other minus signs, units in one sign."""

import polars as pl

_WIDE = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)} | {"\u3000": " "}
_SIGNS = dict.fromkeys("\u2212\u2010\u2011\u2013", "-") | {"≦": "<=", "≧": ">="}
_UNITS = {"㎎": "mg", "㎍": "ug", "㎏": "kg", "㎖": "mL", "㎗": "dL", "㎕": "uL", "ℓ": "L", "㎣": "mm3", "㎟": "mm2"}
# What in a text of any kind is certainly another way to write a plain sign.
WIDE = r"[\x{ff01}-\x{ff5e}\x{3000}\x{3380}-\x{33df}ℓ]"


def folded(text: pl.Expr) -> pl.Expr:
    """The text in plain signs, for numbers, dates and codes."""
    return text.str.replace_many(_WIDE | _SIGNS).str.strip_chars()


def narrowed(text: pl.Expr) -> pl.Expr:
    """The text in plain letters and digits, for ids and units, whose hyphens stay what they are."""
    return text.str.replace_many(_WIDE | _UNITS).str.strip_chars()
