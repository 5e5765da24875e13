-- Days of a month
create temp macro days_per_month() as 30.4375
