-- Shares of those who can be determined, null of none: in percent with one decimal, and their 95 % limits by Wilson's interval. wilson is a
-- limit as a fraction; side: -1 the lower, 1 the upper.
create or replace temp macro share(part, whole) as case when whole > 0 then round(100.0 * part / whole, 1) end;
create or replace temp macro wilson(part, whole, side) as
case when whole > 0 then greatest(0.0, least(1.0, (
    (part + 1.959963984540054 ^ 2 / 2)
    + side * (1.959963984540054 * sqrt(part * (whole - part)::double / whole + 1.959963984540054 ^ 2 / 4))
) / (whole + 1.959963984540054 ^ 2))) end;
create or replace temp macro share_low(part, whole) as round(100 * wilson(part, whole, -1), 1);
create or replace temp macro share_high(part, whole) as round(100 * wilson(part, whole, 1), 1)
