"""The batch job under Prefect: as a visible flow run, and by the clock. Beside it only flows/engines knows Prefect."""

import flows.prefect_environment  # noqa: F401
