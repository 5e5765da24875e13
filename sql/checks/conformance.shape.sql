-- Rows read, and whether they were refused as no rows of their header's columns, or for a text that is none
-- Grain: one row per row read.
select * from read_row(['ragged', 'line_break', 'value_too_long', 'unreadable_text', 'spreadsheet_error'])
