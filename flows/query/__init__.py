"""Research queries: a question of sql/queries, or a researcher's own file, asked of a store and answered read-only.

From a notebook::

    from flows.query import query

    frame = query("pfs_os_by_stage", store="out/sample", line=1)  # a polars DataFrame
    frame = query("./mine.sql", store="out/sample")
    frame.columns

`mspike query --list` names the questions, `mspike query NAME --describe` says what one asks, its parameters and its
columns. A query may use the views and macros of sql/macros beside the tables of the store.
"""

from flows.query.asking import QUERIES, QueryError, QueryFailed, query, query_names

__all__ = ["QUERIES", "QueryError", "QueryFailed", "query", "query_names"]
