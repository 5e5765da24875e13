-- Progression of MGUS and smouldering myeloma as it came, against what the models predicted
-- Grain: one model and risk group. Counts of patients, progressions and deaths up to the horizon; neither: the rest.
-- Counts: n, progressions, deaths, neither
-- Sums: n = progressions + deaths + neither; n over risk_group within model
-- Figures: observed, observed_low, observed_high of n, progressions, deaths, neither
-- Labels: horizon_years, predicted
-- Rows: listed
select
    model, risk_group, n, progressions, deaths, n - progressions - deaths as neither, horizon_years, predicted, observed,
    observed_low, observed_high
from precursor_calibration
order by model, predicted nulls last, risk_group
