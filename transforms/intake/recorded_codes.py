"""Codes that the tables in may hold and a cohort may be chosen by, in the order in which they are shown."""

DIAGNOSES = ("MM", "SMM", "MGUS", "PCL", "plasmacytoma", "AL", "POEMS")
ISOTYPES = ("IgG", "IgA", "IgD", "IgM", "IgE", "light_chain", "non_secretory")
ABNORMALITIES = (
    *("del17p", "t(4;14)", "t(14;16)", "t(14;20)", "gain1q", "del13q", "t(11;14)"),
    *("del1p32", "del1p32_monoallelic", "del1p32_biallelic", "tp53_mutation"),
)
