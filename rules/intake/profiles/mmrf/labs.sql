-- One row a result. A test in another specimen than serum or blood is another test: it is named with its specimen.
select
    public_id as patient_id,
    days_to_specimen_collection::varchar as collected_on,
    case
        when lab_test_specimen is null or regexp_matches(lower(lab_test_specimen), 'serum|plasma|blood') then lab_test
        else lab_test || ' in ' || lower(lab_test_specimen)
    end as analyte,
    lab_test_result::varchar as value,
    lab_result_test_unit as unit
from labs
where lab_test_result is not null
