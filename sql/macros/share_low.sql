-- Lower 95 % limit of a share, in percent: Wilson's interval
create or replace temp macro share_low(part, whole) as round(100 * wilson_low(part, whole), 1)
