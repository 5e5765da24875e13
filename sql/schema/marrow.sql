-- Marrow examinations.
-- Grain: one row per examination. Key: source_file, row_number.
-- Null: not recorded.
-- source_file and row_number (1 = first data row) say where the row came from; together they are unique.
create table marrow (
    patient_id          varchar not null,
    collected_on        date not null,
    plasma_cell_percent double,            -- % of nucleated cells
    clonal_plasma_cells varchar,
    specimen            varchar,
    source_file         varchar not null,
    row_number          bigint not null
);
