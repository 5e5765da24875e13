-- Laboratory rows whose analyte nothing reads
-- Grain: one row. Analytes that are read have a unit or are an immunofixation (the temporary table known_analyte).
select count(*) as rows_kept, count(distinct analyte) as analytes
from labs anti join known_analyte using (analyte)
