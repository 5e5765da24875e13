-- What the study omits because it is unknown.
-- Grain: one row.
select
    (select count(*) from time_to_event where endpoint = 'OS' and origin = 'diagnosis' and event is null) as os,
    (
        select count(*)
        from time_to_event t
        where
            endpoint = 'PFS'
            and origin = 'line_start'
            and event is null
            and line = (select arg_min(l.line, (l.start_date, l.line)) from lines l where l.patient_id = t.patient_id)
    ) as pfs,
    (select count(*) from given_drug where drug is null or start_date is null) as treatments,
    (select count(*) from transplant where not is_certain or transplanted_on is null) as transplants,
    (select count(*) from mrd_status where mrd is null) as mrd
