"""Order, reading and writing: the batch job and its program. The only folder that knows DuckDB and Prefect."""

import os

# A second thread of BLAS spins while it waits for our small matrices, and sums would depend on the cores. Read as
# numpy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
