-- Days of a month
create or replace temp macro days_per_month() as 30.4375
