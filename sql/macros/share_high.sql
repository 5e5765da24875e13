-- Upper 95 % limit of a share, in percent: Wilson's interval
create temp macro share_high(part, whole) as
case when whole > 0 then round(100 * least(1.0, (
    (part + 1.959963984540054 ^ 2 / 2)
    + 1.959963984540054 * sqrt(part * (whole - part)::double / whole + 1.959963984540054 ^ 2 / 4)
) / (whole + 1.959963984540054 ^ 2)), 1) end
