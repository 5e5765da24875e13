"""Order, reading and writing: the batch job and its program. The only folder that knows DuckDB and Prefect."""
