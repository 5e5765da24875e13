"""Whether this process may reserve what the library that draws reserves. Imports nothing that could not be loaded."""

from __future__ import annotations

import resource

LEAST = 80 * 2**30  # bytes, nearly all of which is never used


def lacking_address_space() -> str:
    """What `ulimit -v` leaves too little of, and what to do, in one line; empty where it is enough."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
    if allowed == resource.RLIM_INFINITY or allowed >= LEAST:
        return ""
    return (
        f"this process may address {allowed / 2**30:.1f} GiB (ulimit -v), but the library that draws reserves "
        f"{LEAST // 2**30} without using them; lift that limit, and limit the memory in use (a cgroup, ulimit -d)"
    )
