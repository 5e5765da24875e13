-- The categories of response in order, NE below all: as this type a greater one is the better. A text beside it is compared as text:
-- 'CR'::response_category.
create or replace temp type response_category as enum ('NE', 'PD', 'SD', 'MR', 'PR', 'VGPR', 'CR', 'sCR')
