-- The least and the most that a figure can be by its comparator, as transforms.results.bounds has them: of several
-- results of one test on one date that counts of which they are highest (V.visit), the least before the most.
create or replace temp macro least_of(value, comparator) as (
    case when comparator in ('<', '<=') then 0 * value when comparator = '>' then value + 2e-5 else value end
);
create or replace temp macro most_of(value, comparator) as (
    case
        when value is null then null
        when comparator in ('>', '>=') then 'infinity'::double
        when comparator = '<' then value - 2e-5
        else value
    end
);
