-- One row a share of plasma cells by morphology. Where sample_features has no day, it is that of the visit's sample.
with sampled as (
    select sample_visit_id, min(try_cast(days_to_sample_procurement as double))::bigint::varchar as day from sample group by all
)
select
    f.public_id as patient_id,
    coalesce(f.days_to_sample_collection::varchar, f.days_to_collection::varchar, sampled.day) as collected_on,
    coalesce(f.morphology_plasma_cells_percent_in_bm::varchar, f.morphology_pct_plasma_cells_in_bm::varchar) as plasma_cell_percent
from sample_features as f
left join sampled on sampled.sample_visit_id = f.study_visit_id
where coalesce(f.morphology_plasma_cells_percent_in_bm::varchar, f.morphology_pct_plasma_cells_in_bm::varchar) is not null
