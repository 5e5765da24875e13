-- Autologous transplants, and treatments that may have been one
-- Grain: one row per patient, line and day, as in table transplant.
create or replace temp view transplanted as select * from transplant
