-- Whether a row or a result of a patient that could not be read may be of one of these kinds (null: of any), in a window of days
create or replace temp macro may_be_unread(patient, of_table, kinds, from_on, to_on) as exists (
    select 1
    from unread
    where unread.patient_id = patient
        and unread."table" = of_table
        and coalesce("column", 'value') in ('value', 'unit', 'comparator', 'result', 'phase', 'present')
        and (kinds is null or unread.kind is null or list_contains(kinds, unread.kind))
        and (unread.dated_on is null or unread.dated_on between from_on and to_on)
)
