"""cargo test in workspaces, and cargo nextest."""

from __future__ import annotations

CARGO = {
    "Cargo.toml": '[package]\nname = "ex"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/lib.rs": (
        "pub mod sums;\n#[cfg(test)]\nmod t {\n    #[test]\n    fn a() {}\n    #[test]\n    fn b() {}\n"
        "    #[test]\n    #[ignore]\n    fn c() {}\n}\n"
    ),
    "src/sums.rs": "/// ```\n/// assert_eq!(ex::sums::two(), 2);\n/// ```\npub fn two() -> i32 { 2 }\n",
    "tests/it.rs": "#[test]\nfn it() {}\n",
}
FAILS = {
    **CARGO,
    "src/sums.rs": (
        "/// ```\n/// assert_eq!(ex::sums::two(), 3);\n/// ```\npub fn two() -> i32 { 2 }\n"
        "#[cfg(test)]\nmod tests {\n    #[test]\n    fn loses() { assert_eq!(super::two(), 3); }\n}\n"
    ),
    "tests/it.rs": '#[test]\nfn it() {}\n#[test]\nfn breaks() { panic!("x") }\n',
}
BROKEN = {**CARGO, "tests/it.rs": "#[test]\nfn it() { nowhere() }\n"}
NONE = {**CARGO, "src/lib.rs": "", "src/sums.rs": "", "tests/it.rs": ""}
IGNORED = {**NONE, "tests/it.rs": "#[test]\n#[ignore]\nfn it() {}\n"}
DOCS_FAIL = {**CARGO, "src/sums.rs": FAILS["src/sums.rs"].partition("#[cfg")[0]}
ABORTS = {**CARGO, "tests/it.rs": "#[test]\nfn it() { std::process::abort() }\n"}
SAYS = {
    **CARGO,
    "tests/it.rs": (
        '#[test]\nfn it() { println!("test result: ok. 9 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"); '
        'println!("     Summary [   0.021s] 9 tests run: 9 passed, 0 skipped"); panic!("x") }\n'
    ),
}
ONCE = {
    **NONE,
    "tests/it.rs": (
        '#[test]\nfn it() {\n    let mark = "/tmp/planweir-once";\n'
        '    if !std::path::Path::new(mark).exists() { std::fs::write(mark, "").unwrap(); panic!("the first time") }\n}\n'
    ),
}
SLOW = {
    **NONE,
    "tests/it.rs": "#[test]\nfn it() { std::thread::sleep(std::time::Duration::from_secs(60)) }\n#[test]\nfn quick() {}\n",
    ".config/nextest.toml": '[profile.default]\nslow-timeout = { period = "1s", terminate-after = 1 }\n',
}


def _member(name: str, body: str) -> dict[str, str]:
    manifest = f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n'
    return {f"{name}/Cargo.toml": manifest, f"{name}/src/lib.rs": f"#[test]\nfn {name}s() {{ {body} }}\n"}


SEVERAL = {
    "Cargo.toml": '[workspace]\nmembers = ["one", "two", "three"]\nresolver = "2"\n',
    **_member("one", ""),
    **_member("two", 'panic!("x")'),
    **_member("three", ""),
}
SEVERAL_PASS = {**SEVERAL, **_member("two", "")}

RUNS = [
    ("cargo", "several-pass", SEVERAL_PASS, "cargo test --offline --workspace", "pass"),
    ("cargo", "several-one-fails", SEVERAL, "cargo test --offline --workspace", "fail"),
    ("cargo", "several-one-fails-all", SEVERAL, "cargo test --offline --workspace --no-fail-fast", "fail"),
    ("cargo", "several-quiet", SEVERAL, "cargo test --offline -q --workspace --no-fail-fast", "fail"),
    ("cargo", "docs-fail", DOCS_FAIL, "cargo test --offline", "fail"),
    ("cargo", "docs-alone", CARGO, "cargo test --offline --doc", "pass"),
    ("cargo", "ignored-alone", IGNORED, "cargo test --offline", "none"),
    ("cargo", "aborts", ABORTS, "cargo test --offline", "fail"),
    ("cargo", "prints-a-summary", SAYS, "cargo test --offline -- --nocapture", "fail"),
    ("cargo", "no-such-target", CARGO, "cargo test --offline --test nowhere", "fail"),
    ("nextest", "pass", CARGO, "cargo nextest run --offline", "pass"),
    ("nextest", "fail", FAILS, "cargo nextest run --offline", "fail"),
    ("nextest", "fail-all", FAILS, "cargo nextest run --offline --no-fail-fast", "fail"),
    ("nextest", "several-one-fails", SEVERAL, "cargo nextest run --offline --workspace --no-fail-fast", "fail"),
    ("nextest", "broken", BROKEN, "cargo nextest run --offline", "fail"),
    ("nextest", "none", NONE, "cargo nextest run --offline", "none"),
    ("nextest", "none-may-pass", NONE, "cargo nextest run --offline --no-tests=pass", "none"),
    ("nextest", "filter-none", CARGO, "cargo nextest run --offline -E 'test(zzz)'", "none"),
    ("nextest", "ignored-alone", IGNORED, "cargo nextest run --offline --no-tests=pass", "none"),
    ("nextest", "retried", ONCE, "cargo nextest run --offline --retries 2", "pass"),
    ("nextest", "retried-in-vain", FAILS, "cargo nextest run --offline --retries 1 --no-fail-fast", "fail"),
    ("nextest", "time-limit-of-a-test", SLOW, "cargo nextest run --offline --no-fail-fast", "fail"),
    ("nextest", "aborts", ABORTS, "cargo nextest run --offline", "fail"),
    ("nextest", "prints-a-summary", SAYS, "cargo nextest run --offline --no-capture", "fail"),
    ("nextest", "quiet", CARGO, "cargo nextest run --offline --cargo-quiet --status-level none", "pass"),
]
PREPARE = {("nextest", "retried"): "rm -f /tmp/planweir-once"}
