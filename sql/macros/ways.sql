-- Of an indicator with several ways to pass: whether a drug is given in a combination (a corticosteroid or CAR-T makes one), which way is
-- shown, and the verdict: only none of them fails, and a drug that is not named may be any
create or replace temp macro is_combined(drugs, has_car_t, drug) as list_contains(drugs, drug) and (len(drugs) > 1 or has_car_t);
create or replace temp macro way_found(is_certain, found) as case when is_certain then found end;
create or replace temp macro way_passed(is_certain, found, has_unnamed) as
case when not is_certain then null when found is not null then true when not has_unnamed then false end
