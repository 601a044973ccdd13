from shortener.database import rows


def test_what_one_call_writes_the_next_one_reads(tmp_path):
    path = str(tmp_path / "links.db")
    rows(path, "CREATE TABLE colours (name TEXT)")
    rows(path, "INSERT INTO colours VALUES (?)", "green")
    assert rows(path, "SELECT name FROM colours") == [("green",)]
