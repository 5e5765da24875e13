-- Upper 95 % limit of a share, in percent: Wilson's interval
create or replace temp macro share_high(part, whole) as round(100 * wilson_high(part, whole), 1)
