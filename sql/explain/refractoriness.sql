-- Drugs that the patient is refractory to, and since when; a drug that is so in two lines since the first.
select drug, min(since) as since from refractoriness where patient_id = $patient and refractory group by drug order by since, drug
