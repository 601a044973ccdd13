// Runs a wave's script as the client does, with agents that answer what a test says, in a time that nobody waits for.
//
// Standard input: {script, answers: {"T1 implementer": [what each of its agents ends with, in order]}, takes: {"T1 implementer": time}}.
// An answer is text, an object, null, or {"throws": "why"}; without one implementers end with DONE and reviewers pass.
import { readFileSync } from 'node:fs'

const { script, answers = {}, takes = {} } = JSON.parse(readFileSync(0, 'utf8'))
const AsyncFunction = (async () => {}).constructor
const HEADER = /^\*\*Task ID:\*\* (\S+) \| role: (\S+) \| attempt: (\d+)\n/

const calls = []
const logs = []
let now = 0
let most = 0
let open = []

function agent(prompt, options) {
  const [, task, role, attempt] = HEADER.exec(prompt)
  const key = `${task} ${role}`
  const call = { key, attempt: Number(attempt), prompt, options, start: now, end: null }
  calls.push(call)
  const given = (answers[key] ?? []).shift()
  const usual = role === 'implementer' ? 'DONE' : { task, role, scores: [], findings: [], verdict: 'pass', summary: 'fine' }
  const answer = given === undefined ? usual : given
  return new Promise((resolve, reject) => {
    open.push({ call, end: now + (takes[key] ?? 1), settle: () => (answer?.throws ? reject(new Error(answer.throws)) : resolve(answer)) })
    most = Math.max(most, open.length)
  })
}

const parallel = thunks =>
  Promise.all(thunks.map(async thunk => {
    try {
      return await thunk()
    } catch {
      return null
    }
  }))

// As the client has it: the metadata is the first statement, and the rest is the body of an asynchronous function in strict mode.
const names = ['agent', 'parallel', 'log', 'phase', 'args', 'budget']
if (!script.startsWith('export const meta = ')) throw new Error('the metadata is not the first statement')
const whole = new AsyncFunction(...names, `'use strict';\n${script.slice('export '.length)}`)
const inner = new AsyncFunction(...names, `'use strict';\n${script.slice('export '.length).replace('\n\n//', '\nglobalThis.META = meta; globalThis.GIVEN = () => [BRIEFS, review]\n//')}`)
void whole
let result
let failed = null
let ended = false
inner(agent, parallel, words => logs.push(words), () => {}, undefined, { total: null, spent: () => 0, remaining: () => Infinity })
  .then(value => { result = value }, error => { failed = String(error) })
  .finally(() => { ended = true })
while (!ended) {
  await new Promise(done => setImmediate(done))
  if (ended || open.length === 0) continue
  open.sort((one, other) => one.end - other.end)
  now = open[0].end
  const over = open.filter(row => row.end === now)
  open = open.filter(row => row.end !== now)
  for (const row of over) {
    row.call.end = now
    row.settle()
  }
}
process.stdout.write(JSON.stringify({ result, failed, calls, logs, most, meta: globalThis.META, briefs: globalThis.GIVEN()[0], schema: globalThis.GIVEN()[1]('T1', 'code-reviewer') }))
