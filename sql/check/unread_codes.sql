-- Codes of laboratory tests that nothing reads, the commonest first
-- Grain: one row per code of the form ($form), at most $most.
select analyte as code, count(*) as rows_kept
from labs anti join known_analyte using (analyte)
where regexp_full_match(analyte, $form)
group by analyte
order by rows_kept desc, code
limit $most
