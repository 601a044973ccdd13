// What a script of agents finds in the client, for a rehearsal: an expression whose value runs one script.
// Nothing happens here by itself: what the script asks for is noted until the runner takes it, and an agent's call goes on
// when the runner settles it. So the runner alone decides the order of things, and there is no clock.
(() => {
  "use strict";
  const MOST_AGENTS = 1000;
  const MOST_ITEMS = 4096;
  // Kept, for a script may change what everybody sees.
  const { stringify, parse } = JSON;
  const Body = Object.getPrototypeOf(async () => {}).constructor;
  const waiting = new Map();
  let noted = [];
  let agents = 0;
  let current = "";
  let outcome = null;

  const words = (error) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  // The script's own text begins so far down, and nothing here stands there: its lines are known in a stack by their numbers.
  const DOWN = 10000;
  const line = (error) => {
    const lines = error instanceof Error ? [...String(error.stack).matchAll(/<input>:(\d+)/g)] : [];
    return lines.map((found) => Number(found[1]) - DOWN - 2).find((number) => number > 0) || 0;
  };
  const missing = (what) => {
    throw new Error(`${what} is not to be had in a script: the same script must run the same way again`);
  };

  const agent = async (prompt, options = {}) => {
    if (options === null || typeof options !== "object") throw new TypeError("the options of agent() are an object");
    if (options.schema !== undefined && (options.schema === null || options.schema.type !== "object")) {
      throw new TypeError("the schema of agent() is of an object");
    }
    if (agents >= MOST_AGENTS) throw new Error(`a script starts at most ${MOST_AGENTS} agents`);
    agents += 1;
    const number = agents;
    noted.push({ kind: "agent", number, prompt: String(prompt), options: { phase: current, ...options } });
    return new Promise((resolve, reject) => waiting.set(number, { resolve, reject }));
  };

  const items = (given, what) => {
    if (!Array.isArray(given)) throw new TypeError(`${what} wants an array`);
    if (given.length > MOST_ITEMS) throw new Error(`${what} takes at most ${MOST_ITEMS} items`);
    return given;
  };
  const kept = async (thunk) => {
    try {
      return await thunk();
    } catch (error) {
      noted.push({ kind: "dropped", words: words(error), line: line(error) });
      return null;
    }
  };
  const parallel = async (thunks) => {
    items(thunks, "parallel()").forEach((thunk) => {
      if (typeof thunk !== "function") throw new TypeError("parallel() wants functions, not promises");
    });
    return Promise.all(thunks.map(kept));
  };
  const pipeline = async (given, ...stages) =>
    Promise.all(
      items(given, "pipeline()").map((item, index) =>
        kept(async () => {
          let before = item;
          for (const stage of stages) before = await stage(before, item, index);
          return before;
        }),
      ),
    );
  const log = (said) => { noted.push({ kind: "log", words: String(said) }); };
  const phase = (title) => { current = String(title); };
  const workflow = async () => { throw new Error("workflow() is not rehearsed"); };
  const budget = Object.freeze({ total: null, spent: () => 0, remaining: () => Infinity });

  const Real = Date;
  const NoClock = new Proxy(Real, {
    construct: (real, given) => (given.length ? Reflect.construct(real, given) : missing("new Date()")),
    apply: () => missing("Date()"),
    get: (real, key) => (key === "now" ? () => missing("Date.now()") : Reflect.get(real, key)),
  });
  Real.prototype.constructor = NoClock;
  globalThis.Date = NoClock;
  Math.random = () => missing("Math.random()");
  // What the engine has and the client's scripts have not (seen in 2.1.329). They have setTimeout, which only a clock could serve.
  for (const name of ["performance", "queueMicrotask", "btoa", "atob", "DOMException", "InternalError", "WeakRef"]) delete globalThis[name];
  for (const name of ["FinalizationRegistry", "SharedArrayBuffer", "Atomics"]) delete globalThis[name];
  const quiet = () => {};
  globalThis.console = { log: quiet, info: quiet, warn: quiet, error: quiet, debug: quiet };

  const ended = (fields) => { outcome = fields; };
  const failed = (error) => ended({ ok: false, words: words(error), line: line(error) });
  const begin = (body, args) => {
    let script;
    try {
      script = new Body("agent", "parallel", "pipeline", "log", "phase", "args", "budget", "workflow",
        `"use strict";${"\n".repeat(DOWN)}${body}`);
    } catch (error) {
      failed(error);
      return;
    }
    const given = args === "" ? undefined : parse(args);
    script(agent, parallel, pipeline, log, phase, given, budget, workflow).then(
      (result) => {
        try {
          ended({ ok: true, result: result === undefined ? null : result, words: "" });
          stringify(outcome);
        } catch (error) {
          failed(error);
        }
      },
      failed,
    );
  };
  const settle = (number, value, why) => {
    const call = waiting.get(number);
    waiting.delete(number);
    if (why) call.reject(new Error(why));
    else call.resolve(parse(value));
  };
  const take = () => {
    const all = noted;
    noted = [];
    return stringify(all);
  };
  const meta = (literal) => stringify(new Function(`"use strict"; return (${literal}\n)`)());
  const tasks = { begin, settle, take, meta, outcome: () => stringify(outcome) };
  return (task, ...given) => tasks[task](...given);
})()
