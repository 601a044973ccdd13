"""ctest."""

from __future__ import annotations

_HEAD = "cmake_minimum_required(VERSION 3.16)\nproject(ex NONE)\nenable_testing()\n"
PASS = {"CMakeLists.txt": _HEAD + "add_test(NAME a COMMAND true)\nadd_test(NAME b COMMAND true)\n"}
FAIL = {
    "CMakeLists.txt": _HEAD
    + "add_test(NAME a COMMAND true)\nadd_test(NAME b COMMAND false)\nadd_test(NAME c COMMAND nowhere-such-program)\n"
    "add_test(NAME d COMMAND sh -c \"exit 77\")\nset_tests_properties(d PROPERTIES SKIP_RETURN_CODE 77)\n"
    "add_test(NAME e COMMAND true)\nset_tests_properties(e PROPERTIES DISABLED TRUE)\n"
}
SLOW = {"CMakeLists.txt": _HEAD + "add_test(NAME a COMMAND sleep 30)\nset_tests_properties(a PROPERTIES TIMEOUT 1)\n"}
SKIP = {
    "CMakeLists.txt": _HEAD
    + "add_test(NAME d COMMAND sh -c \"exit 77\")\nset_tests_properties(d PROPERTIES SKIP_RETURN_CODE 77)\n"
    "add_test(NAME e COMMAND true)\nset_tests_properties(e PROPERTIES DISABLED TRUE)\n"
}
MIXED = {"CMakeLists.txt": SKIP["CMakeLists.txt"] + "add_test(NAME a COMMAND true)\n"}
NONE = {"CMakeLists.txt": _HEAD}
ONCE = {
    "CMakeLists.txt": _HEAD
    + 'add_test(NAME a COMMAND sh -c "test -e planweir-once || { touch planweir-once; exit 1; }")\n'
}
SAYS = {
    "CMakeLists.txt": _HEAD
    + 'add_test(NAME a COMMAND sh -c "echo; echo \'100% tests passed, 0 tests failed out of 5\'; exit 1")\n'
}

RUNS = [
    ("ctest", "pass", PASS, "ctest --test-dir b", "pass"),
    ("ctest", "fail", FAIL, "ctest --test-dir b", "fail"),
    ("ctest", "fail-verbose", FAIL, "ctest --test-dir b --output-on-failure", "fail"),
    ("ctest", "time-limit-of-a-test", SLOW, "ctest --test-dir b", "fail"),
    ("ctest", "skip", SKIP, "ctest --test-dir b", "none"),
    ("ctest", "mixed", MIXED, "ctest --test-dir b", "pass"),
    ("ctest", "none", NONE, "ctest --test-dir b", "none"),
    ("ctest", "filter-none", PASS, "ctest --test-dir b -R zzz", "none"),
    ("ctest", "filter", PASS, "ctest --test-dir b -R a", "pass"),
    ("ctest", "retried", ONCE, "ctest --test-dir b --repeat until-pass:3", "pass"),
    ("ctest", "quiet", PASS, "ctest --test-dir b -Q", "unread"),
    ("ctest", "no-build", PASS, "ctest --test-dir nowhere", "fail"),
    ("ctest", "prints-a-summary", SAYS, "ctest --test-dir b -V", "fail"),
]
PREPARE = {("ctest", ""): "cmake -S . -B b"}
