export const meta = /*: meta */

/*: head */

// ---- The tasks ----------------------------------------------------------------------------------------------------
// begins: whom it needs first. model: none is the session's own. tried: agents that it has had. cycles: reviews that may ask
// for changes until a person is asked. lost: the last agents that it has had, in a row, that ended without an answer.

/*: tasks */

// ---- The run ------------------------------------------------------------------------------------------------------

// AT_ONCE tasks at a time, each until it has ended. What it returns, the session reads.
async function run() {
  const waiting = [...TASKS]
  const missed = []
  await parallel(TASKS.slice(0, AT_ONCE).map(() => async () => {
    while (waiting.length > 0) {
      const task = waiting.shift()
      let through = false
      try {
        through = await carry(task)
      } catch (error) {
        log(`${task.id}: ${String(error).slice(0, 200)}`)
      }
      log(`${task.id}: ${through ? 'reviewed' : 'did not get through'}`)
      if (!through) missed.push(task.id)
    }
  }))
  const some = missed.slice(0, 12).join(', ') + (missed.length > 12 ? ` and ${missed.length - 12} more` : '')
  if (missed.length > 0) return `${missed.length} of ${TASKS.length} tasks did not get through: ${some}`
  return TASKS.length === 1 ? '1 task reviewed' : `${TASKS.length} tasks reviewed`
}

// ---- What is done with a task -------------------------------------------------------------------------------------

// A report's first word says how it ended; a question and a blocker wait until the script has ended.
const DONE = /^[\s#>*_`]*(?:(?:Status|Outcome|Result|STATUS)[*_`]*\s*:[\s*_`]*)?DONE(?:_WITH_CONCERNS)?\b/

// Implement, task review, code review; where a reviewer asks for changes, implement again. True when both passed.
async function carry(task) {
  let role = task.begins
  let { cycles, lost } = task
  let back = ''
  for (;;) {
    const answer = await ask(task, role, back)
    if (answer === null) {
      lost += 1
      if (lost >= LOST_LIMIT) return false
      continue
    }
    lost = 0
    if (role === 'implementer') {
      if (!DONE.test(answer.trim())) return false
      role = 'task-reviewer'
      continue
    }
    const verdict = String(answer.verdict).trim().toLowerCase()
    if (verdict === 'pass') {
      if (role === 'code-reviewer') return true
      role = 'code-reviewer'
    } else if (verdict === 'fail') {
      cycles -= 1
      log(`${task.id}: the ${role} asks for changes` + (cycles > 0 ? '' : ', for the last time; a person decides'))
      if (cycles < 1) return false
      back = cameBack(role, answer)
      role = 'implementer'
    } else {
      return false // its turn had not come: Planweir says why when the script has ended
    }
  }
}

const started = {}

// Start one agent and wait for what it ends with; null if that is nothing.
async function ask(task, role, back) {
  const key = `${task.id} ${role}`
  started[key] = (started[key] ?? 0) + 1
  const header = `**Task ID:** ${task.id} | role: ${role} | attempt: ${task.tried[role] + started[key]}`
  const label = `${task.id} ${LABELS[role]}` + (started[key] > 1 ? ` again (${started[key]})` : '')
  const how = { label, phase: task.phase, agentType: AGENTS[role] ?? task.agent }
  if (role !== 'implementer') how.schema = review(task.id, role)
  else if (task.model) how.model = task.model
  try {
    const answer = await agent(`${header}\n\n${BRIEFS[key]}${role === 'implementer' ? back : ''}`, how)
    return typeof answer === (role === 'implementer' ? 'string' : 'object') ? answer : null
  } catch (error) {
    log(`${label}: ${String(error).slice(0, 200)}`)
    return null
  }
}

// What a reviewer found, for the next implementer. It is quoted line by line, so that none of it reads as a heading.
function cameBack(role, answer) {
  const item = words => `- ${words.trim().split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/).join('\n  > ')}`
  const rows = list => (Array.isArray(list) ? list : []).filter(row => row !== null && typeof row === 'object')
  const findings = rows(answer.findings).map(row => item(`[${row.severity}] ${row.path}:${row.line ?? 0} ${row.what}`))
  const scores = rows(answer.scores).filter(row => row.score !== 'PASS')
  const why = scores.map(row => item(`${role}, ${row.criterion}: ${row.score}. ${row.why ?? ''}`))
  const words = [...findings, ...why].join('\n') || item(`${role}: ${answer.summary ?? 'fail'}`)
  const cut = words.length > LONGEST_BACK ? '\n… (cut)' : ''
  return `\n\n## What came back\n${words.slice(0, LONGEST_BACK).replace(/[\ud800-\udbff]$/, '')}${cut}`
}

// How a reviewer answers. Planweir's hook looks at the answer before it is taken.
const review = (task, role) => (/*: schema */)

// ---- What the agents are told, below a first line that names the task, the role and the attempt -------------------

/*: briefs */

return await run()
