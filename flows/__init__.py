"""Order, reading and writing: the batch job and its program. The only folder that knows DuckDB and Prefect."""

import os

# numpy's products are small: on two cores a second thread takes more time waiting than it saves. Read as numpy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
