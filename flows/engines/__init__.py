"""How the shards of a run are derived: one after another in this process, or on the workers of a Dask cluster.

An engine is given the open database, what to derive and a folder for what is passed to and fro; when it returns, the
derived tables are filled. It neither begins nor commits: the transaction is the caller's.
"""

import flows.prefect_environment  # noqa: F401
