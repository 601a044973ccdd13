"""go test where several packages are told, and gotestsum in each of its forms."""

from __future__ import annotations

_TESTING = 'import "testing"\n\n'
GO = {
    "go.mod": "module example.com/ex\n\ngo 1.19\n",
    "p/p.go": "package p\n",
    "p/p_test.go": f"package p\n\n{_TESTING}func TestA(t *testing.T) {{}}\nfunc TestB(t *testing.T) {{}}\n",
    "f/f.go": "package f\n",
    "f/f_test.go": (
        f'package f\n\n{_TESTING}func TestA(t *testing.T) {{}}\nfunc TestB(t *testing.T) {{ t.Fatal("x") }}\n'
        'func TestC(t *testing.T) {\n\tt.Run("one", func(t *testing.T) {})\n\tt.Run("two", func(t *testing.T) { t.Error("y") })\n}\n'
        'func TestD(t *testing.T) { t.Skip("later") }\n'
    ),
    "s/s.go": "package s\n",
    "s/s_test.go": f'package s\n\n{_TESTING}func TestA(t *testing.T) {{ t.Skip("later") }}\n',
    "e/e.go": "package e\n",
    "e/e_test.go": f"package e\n\n{_TESTING}func TestA(t *testing.T) {{ nowhere() }}\n",
    "n/n.go": "package n\n",
    "pa/pa.go": "package pa\n",
    "pa/pa_test.go": f'package pa\n\n{_TESTING}func TestA(t *testing.T) {{ panic("x") }}\n',
    "once/once.go": "package once\n",
    "once/once_test.go": (
        'package once\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestA(t *testing.T) {\n'
        '\tif _, err := os.Stat("/tmp/planweir-once"); err != nil {\n'
        '\t\tos.WriteFile("/tmp/planweir-once", nil, 0o600)\n\t\tt.Fatal("the first time")\n\t}\n}\n'
    ),
    "out/out.go": "package out\n",
    "out/out_test.go": (
        'package out\n\nimport (\n\t"fmt"\n\t"testing"\n)\n\nfunc TestA(t *testing.T) {\n'
        '\tfmt.Println("ok  \\texample.com/ex/f\\t0.001s")\n\tfmt.Println("DONE 5 tests in 0.1s")\n\tt.Fatal("x")\n}\n'
    ),
    "ex/ex.go": "package ex\n",
    "ex/ex_test.go": (
        'package ex\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestMain(m *testing.M) { os.Exit(3) }\nfunc TestA(t *testing.T) {}\n'
    ),
}

RUNS = [
    ("go", "several-one-fails", GO, "go test ./p ./f ./s ./n", "fail"),
    ("go", "several-one-is-broken", GO, "go test ./p ./e ./s", "fail"),
    ("go", "several-pass", GO, "go test ./p ./s ./n", "pass"),
    ("go", "several-pass-again", GO, "go test ./p ./s", "pass"),
    ("go", "json-several", GO, "go test -json ./p ./f ./n", "fail"),
    ("go", "json-skip", GO, "go test -json ./s", "none"),
    ("go", "json-filter-none", GO, "go test -json -run zzz ./p", "none"),
    ("go", "verbose-filter-none", GO, "go test -v -run zzz ./p", "none"),
    ("go", "one-subtest", GO, "go test -v -run TestC/one ./f", "pass"),
    ("go", "prints-a-summary", GO, "go test ./out", "fail"),
    ("go", "main-ends-early", GO, "go test ./ex", "fail"),
    ("go", "no-such-package", GO, "go test ./nowhere", "fail"),
    ("gotestsum", "pass", GO, "gotestsum ./p", "pass"),
    ("gotestsum", "fail", GO, "gotestsum ./p ./f", "fail"),
    ("gotestsum", "fail-testname", GO, "gotestsum --format testname ./p ./f", "fail"),
    ("gotestsum", "fail-standard-verbose", GO, "gotestsum --format standard-verbose ./p ./f", "fail"),
    ("gotestsum", "pass-standard-quiet", GO, "gotestsum --format standard-quiet ./p", "pass"),
    ("gotestsum", "pass-dots", GO, "gotestsum --format dots ./p", "pass"),
    ("gotestsum", "build-failed", GO, "gotestsum ./e ./p", "fail"),
    ("gotestsum", "panic", GO, "gotestsum ./pa ./p", "fail"),
    ("gotestsum", "skip", GO, "gotestsum ./s", "none"),
    ("gotestsum", "mixed", GO, "gotestsum ./s ./p ./n", "pass"),
    ("gotestsum", "none", GO, "gotestsum ./n", "none"),
    ("gotestsum", "filter-none", GO, "gotestsum -- -run zzz ./p", "none"),
    ("gotestsum", "retried", GO, "gotestsum --rerun-fails --packages ./once -- -count=1", "pass"),
    ("gotestsum", "retried-in-vain", GO, "gotestsum --rerun-fails --packages ./f -- -count=1", "fail"),
    ("gotestsum", "prints-a-summary", GO, "gotestsum ./out", "fail"),
]
PREPARE = {("gotestsum", "retried"): "rm -f /tmp/planweir-once"}
