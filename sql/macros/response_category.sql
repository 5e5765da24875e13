-- Categories of response in their order, worst first; rules/categories.py has the same
-- A text beside a value of this type is compared as text: cast both, or ask is_at_least.
create or replace temp type response_category as enum ('NE', 'PD', 'SD', 'MR', 'PR', 'VGPR', 'CR', 'sCR')
