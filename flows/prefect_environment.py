"""Prefect is kept from calling out, and from saying more than one line of a failure, by the environment that it reads
when it is first imported; what is set already stays. The rooms that use Prefect import this before anything else.
"""

import os

os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")  # a failure is one line of ours, and a state of the run
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")  # a cold start can exceed its 20 s
