-- Sites, and whether their newest data are old
-- Grain: one row per site. Newest: the latest last contact or death of a patient, as the endpoints have it; old: against the cut-off of the
-- extract.
select
    coalesce(site_id, 'unknown') as site_id,
    max(followed_to) as dated,
    (select cutoff from run order by number desc limit 1) - max(followed_to) > $within_days as violated
from patients join follow_up_end using (patient_id)
group by all
