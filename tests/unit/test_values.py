"""Reading JSON that somebody else wrote: a value of the named type, or Malformed with the key's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.places import Places, home, safe_name, write_whole
from planweir.values import Malformed, number, number_or, rows, shown, sub, table, text, text_or, texts

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)
STRICT: list[tuple[Callable[[Mapping[str, object], str], object], type]] = [
    (text, str),
    (number, int),
    (sub, dict),
    (rows, list),
]


@given(anything)
def test_a_strict_getter_gives_its_type_or_names_the_key(value: object) -> None:
    for getter, kind in STRICT:
        good = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
        if good or (value is None and kind in (dict, list)):
            found = getter({"the key": value}, "the key")
            assert found is value or (value is None and not found)
        else:
            with pytest.raises(Malformed, match="the key"):
                getter({"the key": value}, "the key")


def test_an_absent_object_or_list_is_empty_and_an_absent_text_or_number_is_malformed() -> None:
    assert sub({}, "a") == {}
    assert rows({}, "a") == []
    for getter in (text, number):
        with pytest.raises(Malformed, match="a: expected"):
            getter({}, "a")


@given(anything)
def test_a_lenient_getter_never_fails(value: object) -> None:
    assert isinstance(text_or({"a": value}, "a"), str)
    found = number_or({"a": value}, "a", -7)
    assert isinstance(found, int)
    assert not isinstance(found, bool)


@given(anything)
def test_only_an_object_is_a_table(value: object) -> None:
    if isinstance(value, dict):
        assert table(value) is value
    else:
        with pytest.raises(Malformed):
            table(value)


def test_a_list_of_texts_leaves_out_what_is_none() -> None:
    assert texts({"a": ["x", 1, None, ["y"], "z"]}, "a") == ["x", "z"]


# --- places ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "found"),
    [
        ({"PLANWEIR_HOME": "/p/", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "/p"),
        ({"PLANWEIR_HOME": "", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/planweir"),
        ({"XDG_STATE_HOME": "", "HOME": "/h"}, "/h/.local/state/planweir"),
        ({"HOME": "/h"}, "/h/.local/state/planweir"),
    ],
)
def test_the_home_is_what_the_environment_says(env: dict[str, str], found: str) -> None:
    assert home(env) == found


def test_a_projects_files_lie_under_its_path_however_it_is_spelt_at_the_end() -> None:
    for project in ("/a/b", "/a/b/", "/a/b//"):
        places = Places("/home", project)
        assert places.armed == "/home/armed/a/b/open"
        assert places.journal == "/home/projects/a/b/journal.jsonl"
        assert places.second("/data") == "/data/armed/a/b/open"


@given(st.text(max_size=200))
def test_no_name_leaves_its_folder(name: str) -> None:
    found = safe_name(name)
    assert "/" not in found
    assert "\0" not in found
    assert found not in ("", ".", "..")


@given(st.text(max_size=40))
def test_a_name_that_is_one_of_the_hosts_passes_unchanged(name: str) -> None:
    assert safe_name("a6e51e127ff714997") == "a6e51e127ff714997"
    assert safe_name("5e65cb88-8395-40ca-8637-f29e6abf5777") == "5e65cb88-8395-40ca-8637-f29e6abf5777"


@given(content=st.text(st.characters(), max_size=60))
def test_any_text_can_be_written(content: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "some" / "file"
    write_whole(str(path), content)
    write_whole(str(path), content)
    written = path.read_bytes()
    try:
        assert written == content.encode("utf-8")
    except UnicodeEncodeError:
        assert written  # half a surrogate pair: what a file can hold of it
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("T1: done\n\tall well", "T1: done\n\tall well"),
        ("ünïcödé ✓ 漢字", "ünïcödé ✓ 漢字"),
        ("one\r\ntwo", "one\ntwo"),
        ("\x1b[2J\x1b[1;31mPlan done\x1b[0m", "Plan done"),
        ("\x1b]0;all passed\x07T1 failed", "T1 failed"),
        ("T1 failed\rT1 passed", "T1 failedT1 passed"),
        ("a\x08\x7f\x9b2Jb", "a2Jb"),
        ("\u202edessap\u202c \u2028x", "dessap x"),
    ],
)
def test_shown_gives_a_terminal_nothing_but_text(words: str, left: str) -> None:
    assert shown(words) == left
