-- Whether the patient may have anti-BCMA CAR-T, at the latest visit.
select * exclude (patient_id) from car_t_eligibility where patient_id = $patient order by visit_date desc limit 1
