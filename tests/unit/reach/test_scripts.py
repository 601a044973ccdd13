"""Is there a way from a page or a program to a new module of JavaScript or TypeScript?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.reach.trees import added, ask, words

NEW = "src/new.ts"
PACKAGE = json.dumps({"name": "shop", "main": "src/index.ts"})
BASE = {"package.json": PACKAGE, NEW: "export const f = () => 1;\n"}


def one(root: Path, index: str, **others: str) -> str:
    return words(root, {**BASE, "src/index.ts": index, **others}, NEW)[0]


@pytest.mark.parametrize(
    "index",
    [
        "import { f } from './new';\n",
        "import './new.js';\n",
        "import './new.ts';\n",
        "export * from './new';\n",
        "export { f } from './new';\n",
        "import type { T } from './types';\nimport { f } from './new';\n",
        "const page = () => import('./new');\n",
        "const page = lazy(() => import(`./new`));\n",
        "const f = require('./new');\n",
        "const f = (name) => import(`./${name}.ts`);\n",
        "const all = import.meta.glob('./*.ts');\n",
        "new Worker(new URL('./new.ts', import.meta.url));\n",
        "import { f } from '@/new';\n",
    ],
)
def test_each_way_of_importing_wires(tmp_path: Path, index: str) -> None:
    assert one(tmp_path, index) == "wired"


@pytest.mark.parametrize("index", ["import type { f } from './new';\n", "// import './new';\n", "import './newer';\n", "import 'new';\n", "const x = 1;\n"])
def test_what_is_not_run_does_not_wire(tmp_path: Path, index: str) -> None:
    assert one(tmp_path, index) == "orphan"


def test_a_test_or_a_story_wires_nothing(tmp_path: Path) -> None:
    files = {**BASE, "src/index.ts": "let x = 1;\n", "src/new.test.ts": "import './new';\n", "src/new.stories.tsx": "import './new';\n"}
    row = ask(tmp_path, files, NEW)[NEW]
    assert row.word == "orphan" and "only tests import it" in row.detail


@pytest.mark.parametrize("path", ["eslint.config.js", "jest.config.js", "vitest.config.ts", "packages/a/.prettierrc.js"])
def test_settings_of_what_judges_code_reach_nothing(tmp_path: Path, path: str) -> None:
    files = {**BASE, "src/index.ts": "f()\n", path: "export default [{ files: ['src/**/*.ts', './src/new.ts'] }];\n"}
    assert words(tmp_path, files, NEW) == ["orphan"]


def test_a_folder_that_is_listed_and_loaded_is_wired_and_one_that_is_only_listed_is_not(tmp_path: Path) -> None:
    listing = "const fs = require('fs');\nfs.readdirSync(path.join(__dirname, 'plugins')).forEach((name) => {0});\n"
    files = {**BASE, "src/plugins/a.js": "f()\n", "src/index.ts": listing.replace("{0}", "require(path.join(__dirname, name))")}
    assert words(tmp_path / "loaded", files, "src/plugins/a.js") == ["wired"]
    assert words(tmp_path / "listed", {**files, "src/index.ts": listing.replace("{0}", "print(name)")}, "src/plugins/a.js") == ["orphan"]


def test_index_files_and_chains_are_followed(tmp_path: Path) -> None:
    files = {"package.json": PACKAGE, "src/index.ts": "import './a';\n", "src/a/index.tsx": "export * from '../b';\n", "src/b.jsx": "import '../lib/c.mjs'\n", "lib/c.mjs": "1\n"}
    assert words(tmp_path, files, "lib/c.mjs") == ["wired"]


def test_paths_of_tsconfig_and_what_it_extends_are_followed(tmp_path: Path) -> None:
    files = {
        **BASE, "src/index.ts": "import '#lib/new'; import 'deep/other';\n", "src/deep/other.ts": "export {}; f();\n",
        "tsconfig.base.json": '{ // shared\n "compilerOptions": {"baseUrl": "src", "paths": {"#lib/*": ["./*"],}}}\n', "tsconfig.json": '{"extends": "./tsconfig.base.json"}',
    }  # fmt: skip
    assert words(tmp_path, files, NEW, "src/deep/other.ts") == ["wired", "wired"]


def test_packages_of_a_workspace_are_followed_by_name_and_exports(tmp_path: Path) -> None:
    files = {
        "package.json": '{"private": true, "workspaces": ["packages/*"]}',
        "packages/app/package.json": '{"name": "@acme/app", "scripts": {"start": "node src/run.js"}}',
        "packages/app/src/run.js": "import '@acme/lib'; import '@acme/lib/extra'; import '#own';\n",
        "packages/lib/package.json": '{"name": "@acme/lib", "exports": {".": {"import": "./dist/index.js"}, "./extra": "./dist/extra.js"}}',
        "packages/lib/src/index.ts": "import './used';\n", "packages/lib/src/used.ts": "f()\n", "packages/lib/src/extra.ts": "f()\n", "packages/lib/src/idle.ts": "f()\n",
    }  # fmt: skip
    lib = "packages/lib/src"
    assert words(tmp_path, files, f"{lib}/used.ts", f"{lib}/extra.ts", f"{lib}/idle.ts") == ["wired", "wired", "orphan"]


def test_two_new_modules_that_import_each_other_are_an_island(tmp_path: Path) -> None:
    files = {"package.json": PACKAGE, "src/index.ts": "f()\n", "src/a.ts": "import './b'\n", "src/b.ts": "import './a'\n"}
    assert words(tmp_path, files, "src/a.ts", "src/b.ts") == ["orphan", "orphan"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"bin": {"shop": "./src/new.ts"}}'),
        ("package.json", '{"scripts": {"start": "tsx src/new.ts"}}'),
        ("package.json", '{"exports": "./dist/new.js"}'),
        ("index.html", '<script type="module" src="/src/new.ts"></script>'),
        ("Dockerfile", 'CMD ["node", "src/new.ts"]\n'),
        ("vite.config.ts", "export default { input: './src/new.ts' };\n"),
        (".github/workflows/ci.yml", "run: node src/new.ts\n"),
    ],
)
def test_programs_and_pages_begin_where_manifests_pages_and_settings_say(tmp_path: Path, path: str, text: str) -> None:
    assert words(tmp_path, {"package.json": "{}", NEW: "f()\n", "server.js": "1\n", path: text}, NEW) == ["wired"]


@pytest.mark.parametrize(
    ("framework", "path"),
    [
        ("next", "app/shop/page.tsx"),
        ("next", "pages/shop.tsx"),
        ("next", "src/app/api/shop/route.ts"),
        ("@sveltejs/kit", "src/routes/shop/+page.svelte"),
        ("nuxt", "components/Shop.vue"),
        ("astro", "src/pages/shop.astro"),
    ],
)
def test_frameworks_find_pages_by_their_place(tmp_path: Path, framework: str, path: str) -> None:
    manifest = json.dumps({"dependencies": {framework: "1"}})
    assert words(tmp_path, {"package.json": manifest, path: "<b/>\n"}, path) == ["wired"]


def test_a_component_beside_a_page_is_found_by_nobody(tmp_path: Path) -> None:
    files = {"package.json": '{"dependencies": {"next": "1"}}', "app/page.tsx": "export default 1\n", "app/Idle.tsx": "export default 1\n"}
    assert words(tmp_path, files, "app/Idle.tsx") == ["orphan"]


def test_scripts_in_vue_and_svelte_files_are_read(tmp_path: Path) -> None:
    files = {**BASE, "src/index.ts": "import App from './App.vue'\n", "src/App.vue": "<script setup>\nimport { f } from './new'\n</script>\n<template/>\n"}
    assert words(tmp_path, files, NEW) == ["wired"]


def test_without_an_entry_point_nothing_is_said(tmp_path: Path) -> None:
    row = ask(tmp_path, {"lib/a.js": "f()\n", "lib/new.js": "g()\n"}, "lib/new.js")["lib/new.js"]
    assert row.word == "unsupported" and "`Entry points:`" in row.detail
    assert words(tmp_path, {"lib/a.js": "import './new'\n", "lib/new.js": "g()\n"}, "lib/new.js", declared=("lib/a.js",)) == ["wired"]


def test_what_cannot_be_parsed_is_an_error_unless_it_is_reached(tmp_path: Path) -> None:
    broken = {**BASE, NEW: "export const = ;;; {{{\n", "src/index.ts": "f()\n"}
    assert words(tmp_path, broken, NEW) == ["error"]
    assert words(tmp_path, {**broken, "src/index.ts": "import './new'\n"}, NEW) == ["wired"]


def test_a_module_of_types_alone_is_no_orphan(tmp_path: Path) -> None:
    assert words(tmp_path, {**BASE, NEW: "export interface A { a: 1 }\nexport type B = A;\n", "src/index.ts": "f()\n"}, NEW) == ["wired"]


def test_new_functions_and_classes_in_old_modules_are_asked_about(tmp_path: Path) -> None:
    now = "export function old() { return used(); }\nfunction used() {}\nexport function idle() { return idle(); }\nexport class Idle {}\nexport default function page() {}\nconst arrow = () => 1;\n"
    files = {**BASE, "src/index.ts": "import { old } from './a'; old();\n", "src/a.ts": now, "src/a.test.ts": "import { idle } from './a'; idle();\n"}
    assert added(tmp_path, files, "src/a.ts", "export function old() {}\n") == {
        "used": "wired", "idle": "orphan", "Idle": "orphan", "page": "wired", "arrow": "orphan",
    }  # fmt: skip


def test_what_an_entry_module_or_a_star_exports_is_wired(tmp_path: Path) -> None:
    files = {**BASE, "src/index.ts": "export * from './a';\nexport function own() {}\n", "src/a.ts": "export function fresh() {}\n"}
    assert added(tmp_path, files, "src/a.ts", "") == {"fresh": "wired"}
    assert added(tmp_path, files, "src/index.ts", "") == {"own": "wired"}


@pytest.mark.parametrize("line", ["module.exports = { idle };\n", "exports.idle = idle;\n", "export { idle };\n"])
def test_exporting_a_thing_is_not_using_it(tmp_path: Path, line: str) -> None:
    files = {**BASE, "src/index.ts": "import './a'\n", "src/a.js": "function idle() {}\n" + line}
    assert added(tmp_path, files, "src/a.js", "") == {"idle": "orphan"}
