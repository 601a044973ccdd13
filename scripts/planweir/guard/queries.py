"""Calls of tools that are known to ask, look or test, beside those in runners.py. Loaded when a call is none of those."""

from __future__ import annotations

import re

from planweir.guard.options import SHORT, WRITING

# program(s): the words behind its options; "!" behind them: nothing more may come. Rows without words: any call of it.
_ASKING = """
npm: ls | list | view | info | show | outdated | explain | why | root | prefix | pkg get | config get | config list | config ls
npm: audit ! | audit signatures | run ! | query | ping | whoami | search | doctor | bin | help | fund | diff | dist-tag ls | sbom
npm pnpm yarn bun: -v ! | licenses list
yarn: list | why | info | workspaces info | workspaces list | outdated | versions | audit ! | npm audit | config get | config list | constraints !
pnpm: ls | list | why | outdated | audit ! | root | bin | store path | config get | config list | m ls
bun: pm ls | pm bin | pm hash | outdated
pip pip3: list | show | freeze | check | index | debug | inspect | config list | config get | cache dir | cache list
uv: pip list | pip show | pip freeze | pip check | pip tree | tree | python list | python find | python dir | cache dir | version !
poetry: show | check | env info | env list | about | version ! | config --list | source show
pdm: list | info | outdated | config !
hatch: env show | version ! | dep show
pipenv: graph | check | --venv !
pipdeptree pip-audit pip-licenses safety deptry depcheck knip madge vulture radon xenon cppcheck clang-tidy govulncheck
gosec errcheck cargo-audit flawfinder svelte-check phpcs phpmd psalm swiftlint ktlint detekt ansible-lint checkov tflint trivy
semgrep cspell vale alex lychee textlint markdownlint-cli2 commitlint publint attw tsd licensecheck reuse djlint curlylint
sqlfluff: lint | parse
cargo: tree | metadata | pkgid | locate-project | search | info | audit ! | deny | outdated | machete | udeps | geiger | verify-project | fmt --check | miri test
cargo: expand | bloat | llvm-cov | hack check | semver-checks | msrv show
rustup: show | toolchain list | target list | component list | which | check | doc --path
go: list | version | env | doc | help | mod graph | mod why | mod verify | tool cover | tool pprof | tool nm | tool objdump | tool dist list | fmt -n | generate -n
bundle: list | info | show | outdated | check | audit | config list | platform | env
gem: list | info | search | which | environment | specification | outdated | dependency
composer: show | validate | outdated | licenses | audit | why | why-not | depends | prohibits | test | check | lint | phpstan | check-platform-reqs | status | config --list
php-cs-fixer: fix --dry-run | check | describe | list-files
rector: process --dry-run
phpstan: analyse | analyze
mix: format --check-formatted | compile | credo | dialyzer | deps | hex.outdated | hex.audit | xref | app.tree
flutter: test | analyze | doctor | devices
dart: test | analyze | format --output=none | pub outdated | pub deps
swift: package describe | package show-dependencies
stack cabal: test | build
dune: build | test | runtest
zig: build test | test | fmt --check | ast-check
bazel bazelisk: test | build | query | cquery | aquery | info | version
elm-test
turbo nx lerna moon rush wireit: run test | test | run lint | lint | run typecheck | typecheck | run check | show | ls | list | graph --print | affected:test | report
next: lint | info
astro: check | info
prisma: validate | format --check | version | migrate status | migrate diff
vue-tsc: --noEmit
prettier:
manage.py: check | test | showmigrations | makemigrations --check | sqlmigrate | diffsettings | show_urls | help | version | migrate --check | migrate --plan
alembic: current | history | heads | branches | show | check | upgrade --sql
flask: routes
rails: test | routes | about | stats | notes | zeitwerk:check | db:migrate:status | db:version | middleware | spec
artisan: test | route:list | about | list | migrate:status | config:show | schedule:list | event:list | model:show | env
console: debug:router | debug:container | lint:yaml | lint:twig | lint:container | about | list | doctrine:schema:validate
dotnet: list | --info ! | --list-sdks ! | format --verify-no-changes | nuget list | workload list
ruff: rule | linter | config | version | format --diff
isort: --show-files
py_compile compileall tabnanny pydoc:
pre-commit: validate-config | validate-manifest | help
docker podman: ps | images | logs | inspect | info | version | top | port | stats --no-stream | diff | history | search | system df | system info
docker podman: volume ls | volume inspect | network ls | network inspect | container ls | container inspect | container logs | image ls | image inspect | context ls | context show | manifest inspect
docker podman: build | buildx build | buildx ls | buildx du | image build | builder du
docker podman: compose ps | compose logs | compose config | compose images | compose top | compose port | compose ls | compose version | compose events | compose convert | compose build
docker-compose podman-compose: ps | logs | config | images | top | port | version | build
kubectl oc: get | describe | logs | top | version | explain | cluster-info ! | api-resources | api-versions | auth can-i | auth whoami | config view | config current-context | config get-contexts
kubectl oc: diff | events | rollout status | rollout history | kustomize | apply --dry-run=client | apply --dry-run=server
helm: list | ls | template | lint | show | status | get | history | version | env | search | dependency list | repo list
kustomize: build
terraform tofu: validate | plan | show | output | graph | providers ! | version | state list | state show | workspace list | workspace show | fmt -check
pulumi: preview | stack ls | config get
ansible-playbook: --syntax-check | --list-tasks | --list-hosts
aws: sts get-caller-identity
redis-cli: ping | info | dbsize
pg_isready javap javadoc-lint protolint
buf: lint | breaking | ls-files | build
protoc-gen-lint
jj: log | status | st | diff | show | op log | op show | file list | file show | file annotate | bookmark list | branch list | interdiff | evolog | obslog | root | config list | config get | help | version
hg: status | log | diff | cat | annotate | identify | branches | tags | root
svn: info | log | diff | status | cat | blame
semantic-release: --dry-run
changeset: status
task: help
just task: --list | -l | --summary | --list-all | --show
tmux: ls | list-sessions | capture-pane
supervisorctl pm2: status | list | ls | logs --nostream | describe
systemctl: status | list-units | is-active | show | cat
journalctl
playwright: show-report --help | test | --version
cypress: verify | info | run
storybook: info | doctor
brew: list | info | deps | outdated | config | doctor | search
apt apt-cache dnf yum apk: list | show | search | policy | info
dpkg: -l | -L | -s
rpm: -q
conda mamba: list | info | env list | search
jupyter: --paths | kernelspec list | --version
jupyter: nbconvert --stdout
conftest opa: test | check | eval
openssl: version | dgst | x509 | verify | s_client | req | rsa | asn1parse | crl | ciphers | md5 | sha256 | rand
gpg: --list-keys | --verify | --fingerprint
ssh-keygen: -l
findmnt lsmod dmesg last iostat vmstat lsb_release hostnamectl timedatectl sw_vers getfacl lsattr namei uuidgen envsubst tput stty
ffprobe mediainfo identify pdfinfo exiftool otool jps jcmd jstack traceroute mtr whois hexyl jless gron fx xq dasel difft delta lsd
glow mdcat mdless pandoc hunspell aspell languagetool csvlook csvstat csvcut csvgrep xsv mlr
ast-grep: scan | run | outline
mdformat: --check
clear yes site this reset-cursor
rake: -T | --tasks | -P | -n | --dry-run
rustc: --explain | --print
"""
# Options with values that may stand before the words.
_VALUES = {
    "docker": "-f --file -p --project-name --profile --env-file --project-directory -H --host -c --context --config --log-level",
    "kubectl": "-n --namespace --context --kubeconfig --cluster --user -l --selector -c --container",
    "helm": "-n --namespace --kube-context --kubeconfig",
    "npm": "--prefix -w --workspace --registry",
    "alembic": "-c --config -x -n --name",
    "flask": "--app -A",
    "manage.py": "--settings",
    "go": "",
    "hg": "-R --repository",
    "jj": "-R --repository --at-op",
}
_ALIAS = {
    "podman": "docker",
    "docker-compose": "docker",
    "podman-compose": "docker",
    "oc": "kubectl",
    "pnpm": "npm",
    "yarn": "npm",
}
# Options by which one of these writes a file, or runs a program that the call names.
_NEVER = frozenset(
    """-o --output-dir --output-directory --output-file --out -out --outfile --iidfile --metadata-file --export --export-fixes
    --fix -fix --fix-errors --auto-fix --post-renderer --plugin -generate-config-out --web -html --dump --generate-baseline
    --set-baseline --watch -w --autofix --emit-file --launcher -i --in-place -I -U --update-all --interactive --lua-filter --filter
    -F -overwrite_original --exec-path --config-env --tool --editor""".split()
) | (WRITING - SHORT)
_O_IS_FORMAT = frozenset("mlr csvgrep kubectl oc helm pip pip3 terraform tofu aws systemctl journalctl cspell semgrep rg apt dpkg rpm npm".split())
_NEVER_OF = {"prettier": "-w --write", "cspell": "-o", "go": "-o -u -fix -w", "composer": "--fix", "turbo": "--summarize"}
# `php -l x.php`: the option with which an interpreter or a compiler looks at a file's syntax alone.
_SYNTAX = {
    "php": "-l",
    "ruby": "-c -wc -cw",
    **dict.fromkeys(("gcc", "g++", "cc", "c++", "clang", "clang++"), "-fsyntax-only"),
}
_LOADS = ("-fplugin", "-wrapper", "-specs", "--specs", "-B", "@", "-r", "-I/", "-Xclang", "-load")

_ROWS: dict[str, list[tuple[str, ...]]] = {}


def _rows(name: str) -> list[tuple[str, ...]]:
    if not _ROWS:
        for line in _ASKING.split("\n"):
            names, colon, calls = line.partition(":") if ": " in line or line.endswith(":") else (line, "", "")
            rows = [tuple(one.split()) for one in calls.split("|")] if colon else [()]
            for each in names.split():
                _ROWS.setdefault(each, []).extend(rows)
    return _ROWS.get(name, [])


def knows(name: str) -> bool:
    """Whether the table holds a tool at all."""
    return bool(_rows(name))


_CLOUD = re.compile(r"(?:ls|list|describe|show|help|info|version|(?:list|describe|get|head)-[\w-]+)\Z")
_SELECTS = frozenset(("select", "explain", "pragma", "with", "values", ".tables", ".schema", ".indexes", ".databases"))
_SQL_WRITES = ("writefile", "load_extension", "edit(", "attach", "insert", "update", "delete", "drop", "create", "alter", "replace", "vacuum")


def _selects(rest: list[str]) -> bool:
    """`sqlite3 FILE 'select …'`: one statement that only reads."""
    operands = [one for one in rest if not one.startswith("-")]
    if len(operands) != 2 or {"-init", "-cmd", "-A"} & set(rest):
        return False
    said = operands[1].strip().lower().rstrip(";")
    first = said.split()[0] if said else ""
    return first in _SELECTS and ";" not in said and "\n" not in said and not any(one in said for one in _SQL_WRITES)


def asks(words: list[str]) -> bool:
    """Whether a call (its words without launchers) is known to change no file of the project's."""
    name, rest = words[0], words[1:]
    if name in _SYNTAX:
        return bool(set(_SYNTAX[name].split()) & set(rest)) and not any(one.startswith(_LOADS) for one in rest)
    if name == "sqlite3":
        return _selects(rest)
    if name in ("aws", "gcloud", "az"):
        return any(_CLOUD.match(one) for one in rest[1:6] if not one.startswith("-"))
    rows = _rows(name)
    if not rows:
        return False
    taking = frozenset(_VALUES.get(_ALIAS.get(name, name), "").split())
    never = _NEVER | frozenset(_NEVER_OF.get(name, "").split())
    if name in _O_IS_FORMAT and name not in _NEVER_OF:
        never -= {"-o", "-w"}
    operands: list[str] = []
    at = 0
    while at < len(rest):
        one = rest[at]
        if one == "--":
            break
        if one.partition("=")[0] in never:
            return False
        if not one.startswith("-"):
            operands.append(one)
        elif one in taking and not (operands and operands[0] != "compose"):
            at += 1
        at += 1
    return any(_fits(row, operands, rest) for row in rows)


def _fits(row: tuple[str, ...], operands: list[str], given: list[str]) -> bool:
    """`!`: nothing more. An option in a row may stand anywhere in the call."""
    ends = row[-1:] == ("!",)
    plain = [one for one in row if not one.startswith("-") and one != "!"]
    options = [one for one in row if one.startswith("-")]
    return (
        operands[: len(plain)] == plain
        and (not ends or len(operands) == len(plain))
        and all(one in given for one in options)
    )
