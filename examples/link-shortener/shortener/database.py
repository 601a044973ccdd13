"""One SQLite file for everything. A connection lives as long as one statement, so any thread may ask."""

import sqlite3
from contextlib import closing


def rows(path: str, statement: str, *values: object) -> list[tuple]:
    """The rows that a statement gives on the database at `path`, which is made where it is not there."""
    with closing(sqlite3.connect(path)) as database, database:
        return database.execute(statement, values).fetchall()
