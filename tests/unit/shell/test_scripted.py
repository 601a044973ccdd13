"""JavaScript and Perl that only read, told from what may do anything."""

from __future__ import annotations

import pytest

from planweir.shell.scan import scan
from planweir.shell.scripted import js_only_reads, perl_only_reads

JS_READS = [
    "console.log(require('./package.json').version)",
    'const fs = require("fs")\nconsole.log(fs.readFileSync("docs/plan.md", "utf8").length)\n',
    "console.log(fs.readFileSync('docs/plan.md','utf8').split('\\n').length)",
    "console.log(JSON.parse(fs.readFileSync('.claude/state/active_task_graph.json')).current_wave)",
    "const p=require('./package.json'); for (const [k,v] of Object.entries(p.scripts)) console.log(k, v)",
    "const fs=require('node:fs'); const t=fs.readFileSync('a','utf8'); console.log(t.split('\\n').filter(l => /x\\//.test(l)).map(l => l.trim()).join('\\n'))",
    "console.log(`v ${process.version} ${require('os').cpus().length}`)",
    "import fs from 'fs';\nconsole.log(fs.existsSync('x') ? 1 : 2)",
    "const j = JSON.parse(require('fs').readFileSync('a.json','utf8')); console.log(j.tasks.length, j.foo.bar)",
    'console.log(1+1)',
    '[1,2].forEach(x => console.log(x))',
    "console.log(Object.keys(require('./package.json').dependencies||{}).length)",
]
JS_MORE = [
    "require('fs').writeFileSync('a','x')",
    "fs.writeFileSync('a','x')",
    "const {writeFileSync}=require('fs'); writeFileSync('a','x')",
    "const {writeFileSync:w}=require('fs'); [1].map(x=>w('a',x))",
    "require('child_process').execSync('rm x')",
    "const w=fs.writeFileSync; [0].forEach(_=>w('a'))",
    "const w=fs['write'+'FileSync']; [w][0]('a')",
    "fs['writeFileSync']('a')",
    "eval('x')",
    "(0,eval)('x')",
    "process.binding('fs')",
    "import('fs').then(f=>f.writeFileSync('a'))",
    "new Function('x')()",
    "[].constructor.constructor('x')()",
    "fs.readFileSync('a',{flag:'w'})",
    "fs.readFileSync('a',{'flag':'w'})",
    "const f='fl'+'ag'; fs.readFileSync('a',{[f]:'w'})",
    "fs.promises.writeFile('a','b')",
    "require('fs/promises').rm('a')",
    "const r=require; r('child_process')",
    "fs.rmSync('a')",
    "fs\n.rmSync('a')",
    "fs?.rmSync('a')",
    'globalThis.process.mainModule',
    "process.mainModule.require('child_process')",
    "const {rmSync}=fs;['docs/plan.md'].forEach(rmSync)",
    "['a'].forEach(fs.rmSync)",
    "['a'].map(fs.unlinkSync)",
    'Object.values(fs).map(f=>f)',
    "const x=Object.entries(fs).find(e=>e[0]=='rmSync'); x.at(1)('a')",
    "const g=Object.entries(fs).find(e=>e[0]=='rmSync')[1]; ['a'].forEach(g)",
    "for (const k of Object.keys(fs)) if(k=='rmSync') ['a'].forEach(fs[k])",
    "console.log(`${require('fs').rmSync('a')}`)",
    "`${`${fs.rmSync('a')}`}`",
    'f`x`',
    "JSON.parse('{}', fs.rmSync)",
    "let a=fs; a.rmSync('b')",
    "let {['rm'+'Sync']:z}=fs; ['a'].forEach(z)",
    "const [a]=Object.values(fs); ['x'].forEach(a)",
    "'a'.replace(/a/, fs.rmSync)",
    "var fs2=require('fs');fs2.truncateSync('a')",
    "require('./evil.js')",
    "process.dlopen('x')",
    "Array.from(['a'], fs.rmSync)",
]
PERL_READS = [
    'print if /Files/',
    's/hello/bye/',
    'open F, "<", "docs/plan.md"; print scalar(<F>)',
    'print "$.: $_" if /Files/',
    'print $1 if /version = "(.*?)"/',
    '$s += $1 if /(\\d+)/; END { print $s }',
    'print lc',
    '@a = split; print $a[2],"\\n"',
]
PERL_MORE = [
    "unlink 'a'",
    "system('x')",
    '`rm x`',
    "s/a/unlink('b')/e",
    's{a}{b}e',
    's|a|b|ee',
    'open F, ">", "x"',
    'open(F,">x")',
    'print F "x"; open F, "x"',
    'qx(rm)',
    'require "x"',
    '&{"x"}',
    '*{"main::x"}',
    '"x"->y',
    'open F, "<", "x"; open G, ">y"',
    '/(?{system 1})/',
    'exec "x"',
    'do "x"',
    '$^I="";',
]


@pytest.mark.parametrize("code", JS_READS)
def test_javascript_that_reads(code: str) -> None:
    assert js_only_reads(code)


@pytest.mark.parametrize("code", JS_MORE)
def test_javascript_that_may_do_more(code: str) -> None:
    assert not js_only_reads(code)


@pytest.mark.parametrize("code", PERL_READS)
def test_perl_that_reads(code: str) -> None:
    assert perl_only_reads(code, ["docs/plan.md"])


@pytest.mark.parametrize("code", PERL_MORE)
def test_perl_that_may_do_more(code: str) -> None:
    assert not perl_only_reads(code, ["docs/plan.md"])


def test_perl_opens_what_its_operands_say() -> None:
    assert not perl_only_reads("print", ["rm x |"])
    assert not perl_only_reads("print", [">x"])


def test_options_decide_too() -> None:
    assert scan("perl -ne 'print' x", "/").programs[0].kind == "reads"
    assert scan("perl -pi -e 's/a/b/' x", "/").programs[0].kind == "runs"
    assert scan("perl -Mevil -ne 'print' x", "/").programs[0].kind == "runs"
    assert scan("node -e 'console.log(1)'", "/").programs[0].kind == "reads"
    assert scan("node -r ./evil.js -e 'console.log(1)'", "/").programs[0].kind == "runs"
    assert scan("node --import=./evil.mjs -e 'console.log(1)'", "/").programs[0].kind == "runs"
