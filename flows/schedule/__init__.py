"""The batch job under Prefect: as a visible flow run, and on a schedule. Beside it only flows/engines knows Prefect."""

import flows.prefect_environment  # noqa: F401
