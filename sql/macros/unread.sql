-- What could not be read: rows refused (but for repeats, of which nothing is lost), and cells set aside of rows that stay
-- Grain: one row per refused row that names its patient, and per such cell. "column" null: the row; kind and dated_on null: not known
-- either, so it may be of any.
create or replace temp view unread as
select patient_id, "table", dated_on, kind, null::varchar as "column" from refused_row where not is_repeat
union all
select patient_id, 'labs', collected_on, analyte, unnest(unreadable) from labs where unreadable is not null
union all
select patient_id, 'mrd', collected_on, method, unnest(unreadable) from mrd where unreadable is not null
union all
select patient_id, 'findings', observed_on, finding, unnest(unreadable) from findings where unreadable is not null
union all
-- a phase that can't be read may be any
select patient_id, 'treatments', start_date, phase, unnest(unreadable) from treatments where unreadable is not null
