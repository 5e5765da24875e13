-- Whether a response is of a category or better; null where there is none
create or replace temp macro is_at_least(response, category) as
    response::response_category >= category::response_category
