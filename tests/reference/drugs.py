"""C.drug: which drugs a treatment's text names. A name that is not here is unknown: it may be any drug."""

from __future__ import annotations

import re
from unicodedata import normalize

CAR_T = ("idecabtagene_vicleucel", "ciltacabtagene_autoleucel", "car_t")
CLASS_OF = {
    **dict.fromkeys(("bortezomib", "carfilzomib", "ixazomib"), "proteasome_inhibitor"),
    **dict.fromkeys(("thalidomide", "lenalidomide", "pomalidomide"), "immunomodulatory_drug"),
    **dict.fromkeys(("daratumumab", "isatuximab"), "anti_cd38"),
    "elotuzumab": "anti_slamf7",
    **dict.fromkeys(CAR_T, "anti_bcma_car_t"),
}
# generic name: what else it is called
NAMES = {
    "bortezomib": "velcade bor bort btz bzm ボルテゾミブ ベルケイド",
    "carfilzomib": "kyprolis cfz カルフィルゾミブ カイプロリス",
    "ixazomib": "ninlaro ixa イキサゾミブ ニンラーロ",
    "thalidomide": "thalomid thaled thal サリドマイド サレド",
    "lenalidomide": "revlimid len レナリドミド レブラミド",
    "pomalidomide": "pomalyst imnovid pom ポマリドミド ポマリスト",
    "daratumumab": "darzalex dara darzquro ダラツムマブ ダラザレックス ダラキューロ",
    "isatuximab": "sarclisa isa イサツキシマブ サークリサ",
    "elotuzumab": "empliciti elo エロツズマブ エムプリシティ",
    "panobinostat": "farydak パノビノスタット ファリーダック",
    "dexamethasone": "dex decadron lenadex デキサメタゾン レナデックス デカドロン",
    "prednisolone": "pred psl プレドニゾロン",
    "prednisone": "プレドニゾン",
    "melphalan": "alkeran mel メルファラン アルケラン",
    "cyclophosphamide": "endoxan cytoxan cy シクロホスファミド エンドキサン",
    "doxorubicin": "adriamycin adr ドキソルビシン アドリアマイシン",
    "vincristine": "oncovin ビンクリスチン オンコビン",
    "cisplatin": "シスプラチン",
    "etoposide": "エトポシド",
    "bendamustine": "ベンダムスチン",
    "venetoclax": "venclexta ベネトクラクス",
    "selinexor": "xpovio セリネキソル",
    "belantamab_mafodotin": "blenrep ベランタマブ",
    "teclistamab": "tecvayli テクリスタマブ",
    "elranatamab": "elrexfio エルラナタマブ",
    "talquetamab": "talvey トアルクエタマブ",
    "idecabtagene_vicleucel": "abecma ide-cel アベクマ",
    "car_t": "cart car-t",
    "ciltacabtagene_autoleucel": "carvykti cilta-cel カービクティ",
}
# A regimen, and its drugs by their short names.
REGIMENS = {
    **dict.fromkeys(("vrd", "rvd", "bld", "vrd-lite"), "bor len dex"),
    **{"krd": "cfz len dex", "kpd": "cfz pom dex", "kd": "cfz dex", "ird": "ixa len dex", "rd": "len dex"},
    **{"ld": "len dex", "drd": "dara len dex", "dld": "dara len dex", "dvd": "dara bor dex", "dbd": "dara bor dex"},
    **{"dkd": "dara cfz dex", "dpd": "dara pom dex", "isapd": "isa pom dex", "isakd": "isa cfz dex"},
    **{"elod": "elo dex", "erd": "elo len dex", "epd": "elo pom dex", "pd": "pom dex", "pvd": "pom bor dex"},
    **{"vd": "bor dex", "bd": "bor dex", "vtd": "bor thal dex", "btd": "bor thal dex", "td": "thal dex"},
    **dict.fromkeys(("vcd", "cybord", "cbd"), "bor cy dex"),
    **{"mp": "mel psl", "vmp": "bor mel psl", "mpb": "bor mel psl", "vad": "oncovin adr dex", "pad": "bor adr dex"},
    **dict.fromkeys(("d-vmp", "d-mpb", "dmpb"), "dara bor mel psl"),
    **{"d-vtd": "dara bor thal dex", "d-vrd": "dara bor len dex", "d-vcd": "dara bor cy dex"},
    "dcep": "dex cy etoposide cisplatin",
}
GENERIC = {name: (name,) for name in NAMES} | {other: (name,) for name, all_ in NAMES.items() for other in all_.split()}
KNOWN = GENERIC | {
    name: tuple(generic for short in drugs.split() for generic in GENERIC[short]) for name, drugs in REGIMENS.items()
}
DOSE = re.compile(
    r"\s*\(.*?\)|\s*[\d.]+\s*(mg|μg|g|ml)(/[\w²]+)?|\s+(hydrochloride|citrate|acetate|sodium|phosphate)\b"
)


def drugs_in(text: str | None) -> list[str]:
    """Generic names, each once; a name that nobody knows as it was written (is_known tells which)."""
    tokens = re.split(r"[;,+/、]", DOSE.sub("", normalize("NFKC", text or "").lower()))
    return list(dict.fromkeys(name for token in tokens for name in _named(token.strip())))


def is_known(name: str) -> bool:
    return name in NAMES


def _named(token: str) -> tuple[str, ...]:
    if token in KNOWN or not token:
        return KNOWN.get(token, ())
    parts = token.split("-")
    if all(part in GENERIC for part in parts):
        return tuple(name for part in parts for name in GENERIC[part])
    return (token,)
