"""Builds: where each one is known to write, and whether the project ignores what it leaves. Loaded when a build is met."""

from __future__ import annotations

import os
import re

from planweir.guard.paths import below, canonical
from planweir.guard.runners import ASKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.scan import Program

# Where bundlers and scripts put what they build: one of these must be ignored, for which one a script takes is not known.
_BUNDLES = "dist build out lib .next .output .svelte-kit www _site public/build target storybook-static"
# first words of a build -> the folders of which one takes its output; "-X": the folder that this option names, or the
# folder where it is started; ".": where it is started.
_BUILDS: dict[tuple[str, ...], str] = {
    **{(name, "run", "build"): _BUNDLES for name in ("npm", "yarn", "pnpm", "bun")},
    **{(name, "build"): _BUNDLES for name in ("yarn", "pnpm", "turbo", "nx", "lerna", "parcel", "remix", "expo")},
    **{(name, "run", "build"): _BUNDLES for name in ("turbo", "nx", "lerna", "composer")},
    ("npm", "run-script", "build"): _BUNDLES,
    ("vite", "build"): "dist build",
    ("astro", "build"): "dist",
    ("next", "build"): ".next",
    ("nuxt", "build"): ".output .nuxt",
    ("ng", "build"): "dist",
    ("nest", "build"): "dist",
    ("webpack",): "dist build public/build",
    ("rollup",): "dist build lib",
    ("tsup",): "dist",
    ("storybook", "build"): "storybook-static",
    ("build",): "dist",  # python -m build
    ("uv", "build"): "dist",
    ("poetry", "build"): "dist",
    ("hatch", "build"): "dist",
    ("flit", "build"): "dist",
    ("mkdocs", "build"): "site",
    ("sphinx-build",): "_build docs/_build build",
    ("cmake", "--build"): "--build",
    ("cmake",): "-B",
    ("ninja",): "-C",
    ("meson", "setup"): "1",
    ("meson", "compile"): "-C",
    ("meson", "test"): "-C",
    ("mix", "compile"): "_build",
}
# Options by which a build writes where its row does not say, takes another configuration, or never ends.
_OTHERWISE = frozenset(
    """--outDir --out-dir --outdir --output-path --output --outfile -o --watch -w --config -c --serve --install -P --open
    --publish --deploy --prefix --eval -f --file --makefile --dest --site-dir --distpath --toolchain --include""".split()
)
UNTOLD = "files whose place cannot be told"
_TSC_QUIET = frozenset("--noEmit -noEmit --showConfig --listFilesOnly --dry -d --version -v --help".split())
# What maven and gradle may be asked for: all of it writes into target/ or build/ alone, as their tests do.
_PHASES = frozenset(
    """clean validate initialize generate-sources process-sources compile process-classes test-compile test package
    integration-test verify dependency:tree dependency:analyze dependency:list help:effective-pom help:describe checkstyle:check
    spotless:check spotbugs:check pmd:check failsafe:integration-test surefire:test versions:display-dependency-updates
    enforcer:enforce javadoc:javadoc jacoco:report test-jar
    build check assemble classes testClasses compileJava compileTestJava compileKotlin compileTestKotlin jar integrationTest
    tasks projects properties dependencies dependencyInsight buildEnvironment javaToolchains help lint lintKotlin ktlintCheck
    spotlessCheck detekt checkstyleMain checkstyleTest pmdMain javadoc jacocoTestReport testDebugUnitTest lintDebug
    assembleDebug allTests""".split()
)
_PHASE_VALUES = frozenset(
    "-pl -P -T -rf --projects --threads -x --exclude-task --tests --configuration --dependency -p --console --args --task --stacktrace-lines".split()
)
_PHASE_NEVER = frozenset("-f --file -s --settings -gs --init-script -I --include-build -b --build-file -c --settings-file -g -t --continuous".split())


def phases(words: list[str]) -> bool:
    """Whether maven or gradle are asked for nothing but what builds, tests or tells."""
    asked, at = False, 0
    while at < len(words):
        one = words[at]
        option = one.partition("=")[0]
        if option in _PHASE_NEVER or (one.startswith("-D") and _STEERS.match(one)):
            return False
        if one in _PHASE_VALUES:
            at += 1
        elif not one.startswith("-"):
            name = one if one in _PHASES else one.rpartition(":")[2]
            if name not in _PHASES:
                return False
            asked = True
        elif one in ("-v", "-version", "--version", "-h", "--help"):
            asked = True
        at += 1
    return asked


_STEERS = re.compile(r"-D(?:exec\.|maven\.ext|argLine|jvm|.*(?:[oO]utputFile|outputDirectory|updateSnapshots?|agent))")


def known(words: list[str]) -> bool:
    """Whether a call (its words without launchers) is a build whose output is told by the table; where it goes, `left` says."""
    if not words:
        return False
    if words[0] == "tsc":
        return not {"-w", "--watch", "--init"} & set(words)
    if words[0] in _COMPILERS:
        return not any(one.startswith(_COMPILER_LOADS) for one in words[1:])
    given = {one.partition("=")[0] for one in words[1:]}
    return _row(_plain(words)) is not None and not _OTHERWISE & given


def _plain(words: list[str]) -> list[str]:
    """Without options, save the one that makes cmake build."""
    return [one for one in words if not one.startswith("-") or one == "--build"]


_COMPILERS = frozenset("gcc g++ cc c++ clang clang++ rustc javac".split())
_COMPILER_LOADS = ("-fplugin", "-wrapper", "-specs", "--specs", "-B", "@", "-Xclang", "-load", "-processor", "-J", "-Zcodegen")


def _row(words: list[str]) -> str | None:
    for size in (3, 2, 1):
        if tuple(words[:size]) in _BUILDS:
            return _BUILDS[tuple(words[:size])]
    return None


def left(program: Program, words: list[str], project: str, cwd: str) -> str | None:
    """What a build would leave in the project that git does not ignore; None where it leaves nothing, or nothing is known.

    words: those of the call without launchers.
    """
    where = program.cwd or cwd
    if len(words) == 2 and words[1] in ASKS:
        return None
    folders: list[str] | None
    if words[0] == "go":
        folders = _go(words, where)
    elif words[0] == "tsc":
        folders = _tsc(words, where)
    elif words[0] in _COMPILERS:
        folders = [] if any(one.startswith(("-o", "-d", "-E", "-fsyntax-only", "-M", "--explain", "--print")) for one in words[1:]) else None
    else:
        row = _row(_plain(words))
        if row is None:
            return None
        folders = _named(row, words)
    if folders is None:
        return UNTOLD
    paths = [canonical(one, where) for one in folders]
    if not paths or any(not below(one, project) for one in paths):
        return None
    return None if git_ignores([one + "/" for one in paths], project) else folders[0]


def _named(row: str, words: list[str]) -> list[str]:
    if row == "1":
        operands = [one for one in words[2:] if not one.startswith("-")]
        return operands[:1] or ["builddir"]
    if not row.startswith("-"):
        return row.split()
    for at, one in enumerate(words):
        if one == row:
            return [words[at + 1] if at + 1 < len(words) else "."]
        if one.startswith(row) and len(row) == 2:
            return [one[2:]]
        if one.startswith(row + "="):
            return [one.partition("=")[2]]
    return ["."]


def _go(words: list[str], where: str) -> list[str]:
    """`go build` leaves a binary where it builds one main package and is not told where to put it."""
    if words[1:2] != ["build"] or any(one.partition("=")[0] in ("-o", "--o", "-n") for one in words):
        return []
    operands = [one for one in words[2:] if not one.startswith("-")]
    one = operands[0] if operands else "."
    if len(operands) > 1 and not one.endswith(".go"):
        return []
    if one.endswith(".go"):
        return [os.path.basename(one)[:-3]] if _main(os.path.join(where, one)) else []
    if one.endswith("..."):
        found = _packages(canonical(one[:-3] or ".", where))
        if len(found) != 1:
            return []
        folder = found[0]
    else:
        folder = canonical(one, where)
    mains = [name for name in _listed(folder) if name.endswith(".go") and not name.endswith("_test.go") and _main(folder + "/" + name)]
    return [_module(folder) or os.path.basename(folder)] if mains else []


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _packages(folder: str) -> list[str]:
    """The folders below that hold Go code; at most two are looked for."""
    found: list[str] = []
    for seen, (place, below_it, names) in enumerate(os.walk(folder)):
        below_it[:] = [one for one in below_it if not one.startswith((".", "_")) and one not in ("vendor", "testdata", "node_modules")]
        if any(one.endswith(".go") and not one.endswith("_test.go") for one in names):
            found.append(place)
        if len(found) > 1 or seen > 400:
            break
    return found


def _main(path: str) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return re.search(r"^package main\b", file.read(20_000), re.M) is not None
    except OSError:
        return False


def _module(folder: str) -> str:
    try:
        with open(folder + "/go.mod", encoding="utf-8", errors="replace") as file:
            found = re.search(r"^module\s+(\S+)", file.read(4_000), re.M)
    except OSError:
        return ""
    return found.group(1).rsplit("/", 1)[-1] if found else ""


def _tsc(words: list[str], where: str) -> list[str] | None:
    """Where the compiler writes, by its configuration; None where that is beside the sources or not told."""
    if _TSC_QUIET & set(words) or any(one.startswith(("--outDir", "--outFile")) for one in words):
        return []
    named = next((words[at + 1] for at, one in enumerate(words[:-1]) if one in ("-p", "--project", "-b", "--build")), ".")
    path = canonical(named if not named.startswith("-") else ".", where)
    path = path + "/tsconfig.json" if os.path.isdir(path) else path
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read(100_000)
    except OSError:
        return None
    if re.search(r'"noEmit"\s*:\s*true', text):
        return []
    found = re.search(r'"outDir"\s*:\s*"([^"]+)"', text)
    return [os.path.join(os.path.dirname(path), found.group(1))] if found else None


def in_output(program: Program, words: list[str], project: str, cwd: str) -> bool:
    """Whether make or ninja work in a folder of build output: what a build wrote there for them is what they read."""
    if words[0] not in ("make", "gmake", "ninja") or any(one.partition("=")[0] in _OTHERWISE for one in words[1:]):
        return False
    if words[0] != "ninja" and {"install", "uninstall", "clean", "distclean"} & set(words):
        return False
    folder = canonical(_named("-C", words)[0], program.cwd or cwd)
    return below(folder, project) and folder != project and git_ignores([folder + "/"], project)


def git_ignores(paths: list[str], project: str) -> bool:
    """Whether git ignores at least one of some paths."""
    import subprocess

    try:
        asked = subprocess.run(
            ["git", "-C", project, "check-ignore", "--", *paths],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=3,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return asked.returncode == 0
