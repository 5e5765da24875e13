-- Complete years of follow-up from the start of the first line, and whether the whole body was imaged in each
-- Grain: one row per patient and year, dated by the day the year is counted from; its own days come after that.
select * exclude (nth) from year_imaged('first line', $year_days, $modalities, [])
