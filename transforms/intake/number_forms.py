"""Ways to write a figure whose meaning is plain: parted thousands, powers of ten, shares of cells, limits in words."""

import polars as pl

from transforms.intake.cells import is_read

Options = list[tuple[str, pl.Expr]]
_SIGN = r"((?:<=|>=|<|>)?)\s*"
_THOUSANDS = r"^(?:(?:<=|>=|<|>)\s*)?[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+\.[0-9]+|(?:,[0-9]{3}){2,})$"
# Behind the number (Japanese, Korean) and before it.
_BEHIND = {"未満": "<", "以下": "<=", "以上": ">=", "超": ">", "미만": "<", "이하": "<=", "이상": ">=", "초과": ">"}
_BEFORE = {
    **{"less than": "<", "below": "<", "under": "<", "up to": "<=", "at most": "<=", "maximum": "<=", "max": "<="},
    **{"more than": ">", "greater than": ">", "above": ">", "over": ">", "at least": ">=", "minimum": ">="},
}
_POWER = rf"^{_SIGN}(?:([0-9]+(?:\.[0-9]+)?)\s*[xX×*·]\s*)?10\s*(?:\^|\*\*)\s*[({{]?([+-]?[0-9]{{1,2}})[)}}]?$"
# Of a share of cells only: a superscript that was lost.
_LOST_POWER = rf"^{_SIGN}(?:([0-9]+(?:\.[0-9]+)?)\s*[xX×*·]\s*)?10\s*(-[0-9]{{1,2}})$"
_ONE_IN = rf"^{_SIGN}1\s*(?:/|:|in|per)\s*([0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+)$"
_ONE_IN_POWER = rf"^{_SIGN}1\s*(?:/|:|in|per)\s*10\s*(?:\^|\*\*)\s*([0-9]{{1,2}})$"
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+", strict=True))
# Shares of cells: a fraction, never above 1.
_SHARES = (("mrd", "sensitivity"), ("mrd", "level"))


def plain_numbers(table: str, name: str, cell: pl.Expr, *, open_ended: bool) -> Options:
    """Ways to read a text as a figure, by the rule that each is counted under; null where it is not so written."""
    found: Options = [("thousands", pl.when(cell.str.contains(_THOUSANDS)).then(cell.str.replace_all(",", "")))]
    plain = _lowered(cell)
    of_shares = [_scaled(plain, _LOST_POWER), *_one_in(plain)] if (table, name) in _SHARES else []
    found.append(("power_of_ten", pl.coalesce(_scaled(plain, _POWER), *of_shares)))
    if name == "sensitivity" or name.endswith("percent"):
        found.append(("percent_sign", _of_percent(cell, scale=0.01 if name == "sensitivity" else 1.0)))
    return found + ([("comparator_word", _limit(cell))] if open_ended else [])


def _lowered(cell: pl.Expr) -> pl.Expr:
    raised = rf"([{''.join(_RAISED)}]+)"
    return cell.str.replace(raised, "^${1}").str.replace_many(_RAISED)


def _scaled(cell: pl.Expr, form: str) -> pl.Expr:
    sign, factor, exponent = (cell.str.extract(form, group) for group in (1, 2, 3))
    return pl.concat_str(sign, pl.coalesce(factor, pl.lit("1")), pl.lit("e"), exponent)


def _one_in(cell: pl.Expr) -> list[pl.Expr]:
    of = cell.str.extract(_ONE_IN, 2).str.replace_all(",", "").cast(pl.Float64)
    share = (1.0 / pl.when(of > 0).then(of)).cast(pl.String)
    power = pl.concat_str(cell.str.extract(_ONE_IN_POWER), pl.lit("1e-"), cell.str.extract(_ONE_IN_POWER, 2))
    return [pl.concat_str(cell.str.extract(_ONE_IN), share), power]


def _of_percent(cell: pl.Expr, scale: float) -> pl.Expr:
    form = rf"^{_SIGN}([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*%$"
    figure = (cell.str.extract(form, 2).cast(pl.Float64) * scale).round(12).cast(pl.String)
    return pl.concat_str(cell.str.extract(form), figure)


def _limit(cell: pl.Expr) -> pl.Expr:
    lower = cell.str.to_lowercase()
    behind, before = rf"^([0-9.]+)\s*%?\s*({'|'.join(_BEHIND)})$", rf"^({'|'.join(_BEFORE)})\.?\s*([0-9.]+)\s*%?$"
    signs = [
        (_sign_of(lower.str.extract(behind, 2), _BEHIND), lower.str.extract(behind)),
        (_sign_of(lower.str.extract(before), _BEFORE), lower.str.extract(before, 2)),
    ]
    return pl.coalesce(pl.when(is_read(number, pl.Float64)).then(sign + number) for sign, number in signs)


def _sign_of(word: pl.Expr, words: dict[str, str]) -> pl.Expr:
    return word.replace_strict(words)
