-- Complete years, of the first five, that smouldering myeloma was watched for, and whether the whole body had an MRI in each
-- Grain: one row per patient and year, dated by the day the year is counted from; its own days come after that.
select * exclude (nth) from year_imaged('SMM', $year_days, $modalities, $instead) where nth < $years
