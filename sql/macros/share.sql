-- Percent of those who can be told, one decimal; null of nobody
create or replace temp macro share(part, whole) as case when whole > 0 then round(100.0 * part / whole, 1) end
