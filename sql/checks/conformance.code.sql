-- Rows read, and whether a code or a boolean of theirs was refused
-- Grain: one row per row read.
select *
from read_row([
    'unknown_code', 'unreadable_boolean', 'no_result', 'wrong_code', 'missing_specimen', 'total_light_chain',
    'urine_free_light_chain', 'urine_beta2_microglobulin', 'growth_factor_receptor'
])
