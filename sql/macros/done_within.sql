-- Whether something was done in a window that closes on a day: null where the watch ended before that day without it
create or replace temp macro done_within(is_done, watched_to, closes_on) as
case when is_done then true when watched_to >= closes_on then false end
