-- How well each staging ranks the patients for whom all are known
-- Grain: one endpoint and staging, of the same patients, in the order of the page.
-- Release: concordance
select *
from concordance
where patients = 'same'
order by endpoint, origin, line nulls first, list_position(['iss', 'r_iss', 'r2_iss', 'mass_3', 'hr_ims2025'], staging)
