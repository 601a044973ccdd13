"""mix test (ExUnit)."""

from __future__ import annotations


def _project(body: str) -> dict[str, str]:
    return {
        "mix.exs": (
            "defmodule Ex.MixProject do\n  use Mix.Project\n  def project, do: [app: :ex, version: \"0.1.0\"]\n"
            "  def application, do: []\nend\n"
        ),
        "lib/ex.ex": 'defmodule Ex do\n  @doc "iex> Ex.two()\\n2"\n  def two, do: 2\nend\n',
        "test/test_helper.exs": "ExUnit.start()\n",
        "test/ex_test.exs": f"defmodule ExTest do\n  use ExUnit.Case\n{body}end\n",
    }


PASS = _project('  test("a", do: assert(Ex.two() == 2))\n  test("b", do: :ok)\n')
FAIL = _project(
    '  test("a", do: :ok)\n  test("b", do: assert(Ex.two() == 3))\n  test("c", do: raise("x"))\n'
    '  @tag :skip\n  test("d", do: :ok)\n'
)
DOCS = _project('  doctest Ex\n  test("a", do: :ok)\n')
SKIP = _project('  @tag :skip\n  test("a", do: :ok)\n')
NONE = _project("")
BROKEN = _project('  test("a", do: nowhere())\n')
BROKEN_SOURCE = {**PASS, "lib/ex.ex": "defmodule Ex do\n  def two, do: nowhere()\nend\n"}
MIXED = _project('  test("a", do: :ok)\n  @tag :skip\n  test("b", do: :ok)\n  @tag :slow\n  test("c", do: :ok)\n')
SET_UP = _project('  setup_all do\n    raise "x"\n  end\n  test("a", do: :ok)\n')
SAYS = _project('  test("a") do\n    IO.puts("5 tests, 0 failures")\n    raise "x"\n  end\n')

RUNS = [
    ("mix", "pass", PASS, "mix test --no-color", "pass"),
    ("mix", "pass-trace", PASS, "mix test --no-color --trace", "pass"),
    ("mix", "fail", FAIL, "mix test --no-color --seed 0", "fail"),
    ("mix", "colour", FAIL, "mix test --color --seed 0", "fail"),
    ("mix", "doctest", DOCS, "mix test --no-color", "pass"),
    ("mix", "skip", SKIP, "mix test --no-color", "none"),
    ("mix", "none", NONE, "mix test --no-color", "none"),
    ("mix", "excluded", PASS, "mix test --no-color --only zzz", "none"),
    ("mix", "mixed", MIXED, "mix test --no-color --exclude slow", "pass"),
    ("mix", "one-line", PASS, "mix test --no-color test/ex_test.exs:3", "pass"),
    ("mix", "broken", BROKEN, "mix test --no-color", "fail"),
    ("mix", "broken-source", BROKEN_SOURCE, "mix test --no-color", "fail"),
    ("mix", "set-up", SET_UP, "mix test --no-color --seed 0", "fail"),
    ("mix", "no-such-file", PASS, "mix test --no-color test/nowhere_test.exs", "fail"),
    ("mix", "prints-a-summary", SAYS, "mix test --no-color", "fail"),
]
PREPARE: dict[tuple[str, str], str] = {}
