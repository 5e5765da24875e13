-- Upper 95 % limit of a share, as a fraction: Wilson's interval; null of nobody
create or replace temp macro wilson_high(part, whole) as
case when whole > 0 then least(1.0, (
    (part + 1.959963984540054 ^ 2 / 2)
    + 1.959963984540054 * sqrt(part * (whole - part)::double / whole + 1.959963984540054 ^ 2 / 4)
) / (whole + 1.959963984540054 ^ 2)) end
