"""Opening the database of a store."""

import duckdb

from flows import database
from flows.database import connect


def test_a_small_database_is_asked_by_one_thread_and_a_new_or_larger_one_by_all(tmp_path, monkeypatch):
    path = tmp_path / "registry.duckdb"
    with duckdb.connect() as plain:
        every = _threads(plain)
    with connect(path) as new:
        new.execute("create table visit (day date)")
        assert _threads(new) == every
    with connect(path) as small, connect(path) as shared:
        assert (_threads(small), _threads(shared)) == (1, 1)
    monkeypatch.setattr(database, "SMALL", path.stat().st_size)
    with connect(path, read_only=True) as larger:
        assert _threads(larger) == every


def _threads(connection):
    return connection.execute("select current_setting('threads')").fetchone()[0]
