"""UserPromptExpansion of /implement-plan, /task-planner and /wave-gate: what a person typed, done without a model request.

What tells the plan to go on (`go`, `--yes`, a bare /implement-plan, /wave-gate, a request for a new plan) goes on to the
model; everything else is answered here.
"""

from __future__ import annotations

import os
import re

from planweir.hooked.hand import persons_hand
from planweir.host import Unusable, answer, context
from planweir.values import text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.host import Reply
    from planweir.places import Places
    from planweir.verbs.answer import Answer

READS = ("status", "check", "log", "next", "doctor", "summary", "artifacts", "done", "script")
LIVE = ("open", "paused", "blocked")
HELP = """what you can type:
/implement-plan PLAN          see a plan: waves, grants, warnings; then /implement-plan go, or PLAN --yes for both
/implement-plan go --branch   the same on a new branch of the plan's own, feature/…
/implement-plan               go on with the open plan, in this session
/implement-plan --single      the main thread does the tasks itself, without reviews (also PLAN --single); --agents: back again
/implement-plan --engine E    workflow: one script of the client's runs each wave; agents; auto (also with PLAN and go)
/task-planner --status        how the plan stands (also --log, --next, --summary)
/task-planner doctor          what may be wrong, each with its mend; --repair keeps what is intact of a damaged journal
/task-planner "what to build" turn a request into a plan
/task-planner pause | resume | --complete | --abort
/task-planner amend TASK --files … | --also … | --verify … | --new-tests yes|no | --fewer-tests WHY | --complexity N | --depends …
                         | --wires … | --not-reached WHY | --serves …
/task-planner allow TASK PATH | refuse TASK PATH ["why"]    a file beyond its own, asked for or not
/task-planner mine PATH | discard PATH | waive CHECK --why …
/task-planner skip TASK [--to TASK | --take-out] | unblock TASK [--note …] | answer TASK "…"
/task-planner accept TASK | reject TASK "why"     a plan that was submitted for a task
/task-planner note TASK …     tell its next agents something | checked TASK [N] | checked R1.2 an item for you to check by hand holds
/task-planner status --requirements     what must hold when the plan is done, and what shows it
/task-planner insight add --kind defect|learning|friction|upstream "…" [--task T] [--path P] | insight list | insight close N --why …
/task-planner summary         what the plan came to so far; artifacts [TASK] lists what was kept of it
/task-planner --script        the script that Claude Code runs for the current wave; --script N of wave N
/task-planner done            what --complete would find missing now; done --verify holds the last record against HEAD
/wave-gate                    run the gate of the current wave"""
PLUGIN = "planweir"


def typed(event: dict[str, object], places: Places) -> Reply:
    from planweir.verbs.words import split

    plugin, _, command = text_or(event, "command_name").rpartition(":")
    if plugin not in ("", PLUGIN):
        return None  # another plugin's command of the same name
    words = split(text_or(event, "command_args"))
    session, prompt = text_or(event, "session_id"), text_or(event, "prompt_id")
    refused = persons_hand(event, places)
    if refused:
        return answer(f"Planweir: {refused}")
    if command == "implement-plan":
        return _reply(_implement(places, words, session, prompt))
    if command == "wave-gate":
        return _reply(_wave_gate(places, words, session, prompt))
    return _planner(places, words, session, prompt)


def _reply(said: Answer) -> Reply:
    words = f"Planweir: {said.text}"
    if said.ok and said.go_on:
        return context("UserPromptExpansion", words)
    return answer(words)


def _implement(places: Places, words: list[str], session: str, prompt: str) -> Answer:
    from planweir import runtime
    from planweir.plan.model import ENGINES
    from planweir.verbs import lifecycle, offer, start
    from planweir.verbs.answer import no

    alone = "--single" in words
    mode = "single" if alone else "agents" if "--agents" in words else ""
    words = [word for word in words if word not in ("--single", "--agents")]
    engine, words = _option(words, "--engine")
    if engine is not None and engine not in ENGINES:
        from planweir.attempt.engine import unknown

        which = unknown(engine) if engine else f"--engine wants one of {', '.join(ENGINES)}"
        return no(f"nothing was {'started' if words else 'changed'}: {which}.")
    flag = engine or ""
    if not words:
        return lifecycle.resume(places, session, prompt, mode, flag)
    try:
        runtime.activate(places.home)
    except runtime.NoRuntime as error:
        return no(f"nothing was started: {error}.")
    yes = [word for word in words if word in ("--yes", "-y")]
    on = [word.removeprefix("--branch=") for word in words if word == "--branch" or word.startswith("--branch=")]
    rest = [word for word in words if word not in ("--yes", "-y", "--branch") and not word.startswith("--branch=")]
    if rest == ["go"]:
        return start.start_offered(places, session, prompt, "".join(on[:1]), alone, flag)
    if len(rest) > 1 and os.path.isfile(os.path.join(places.project, os.path.expanduser(" ".join(rest)))):
        rest = [" ".join(rest)]  # a path with spaces, typed without quotes
    if len(rest) != 1:
        return no(
            "one plan at a time: /implement-plan PLAN, then /implement-plan go (or /implement-plan PLAN --yes)."
        )
    if yes:
        return start.start(places, rest[0], session, prompt, "".join(on[:1]), single=alone, flag=flag)
    return offer.offer(places, rest[0], alone, flag, session)


def _option(words: list[str], name: str) -> tuple[str | None, list[str]]:
    """The value of option `name`, empty where none follows, None without the option; and the words that are left."""
    value: str | None = None
    left: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == name:
            value = next(rest, "").lower()
        elif word.startswith(f"{name}="):
            value = word.partition("=")[2].lower()
        else:
            left.append(word)
    return value, left


def _wave_gate(places: Places, words: list[str], session: str, prompt: str) -> Answer:
    from planweir.attempt import turns
    from planweir.gate.waves import refused
    from planweir.journal.store import Journal
    from planweir.verbs.answer import Answer, no

    state = Journal(places).state()
    if state["plan"]["status"] != "open":
        return no(f"the plan is {state['plan']['status'] or 'not open'}; there is no gate to run.")
    if state["owner"]["session"] != session:
        return no("another session owns the plan. Type /implement-plan to go on with it here.")
    wanted = [word for word in words if word.removeprefix("--") not in ("wave", "wait")]
    why = refused(state, wanted[0].removeprefix("--wave=")) if wanted else ""
    if why:
        return no(why)
    turns.go_on(places, session, prompt)
    return Answer(True, "the gate of the current wave is to run now.", go_on=True)


def _planner(places: Places, words: list[str], session: str, prompt: str) -> Reply:
    from planweir.journal.store import Journal
    from planweir.verbs.answer import no
    from planweir.verbs.words import VERBS, run_verb

    verb = words[0].removeprefix("--") if words else "status"
    if verb == "doctor" and words[1:] == ["--repair"]:
        from planweir.verbs.repair import repair

        return _reply(repair(places))
    if verb == "doctor" and all(word.startswith("--") for word in words[1:]):
        return _reply(_doctor(places, session))
    if verb == "abort":
        _know_markers(places)
    if verb in VERBS and (words[0].startswith("--") or _is_verb(places, verb, words[1:])):
        return _reply(run_verb(places, verb, words[1:]))
    # Words; more are a request. What `done` verifies may be the line that it is said by.
    of_wave = 2 if "".join(words[1:2]).isdecimal() else 1
    most = {"summary": 1, "doctor": 0, "script": of_wave, "done": 6 if words[1:2] == ["--verify"] else 1}.get(verb, 2)
    if verb in READS and (not words or len(words) <= most or (words[0].startswith("--") and most)):
        return _reply(_read(places, verb, words[1:], session))
    if verb == "resume" and len(words) == 1:
        from planweir.verbs import lifecycle

        resumed = lifecycle.resume(places, session, prompt)
        return answer(f"Planweir: {resumed.text}\nType /implement-plan to have the model go on.")
    if words[0] in ("help", "--help", "-h") and len(words) == 1:
        return answer(f"Planweir: {HELP}")
    if words[0].startswith("--"):
        return _reply(no(f"{words[0]} is no verb of /task-planner.{_nearest(verb, '--')}"))
    if Journal(places).state()["plan"]["status"] in LIVE:
        if len(words) == 1 and verb.lower() in _SAID_ELSEWHERE:
            return _reply(no(f"'{words[0]}' is no verb of /task-planner.{_nearest(verb)}"))
        words_ = "a plan is open here; one at a time. /task-planner --status shows it, --complete or --abort ends it, then plan anew."
        unknown = f" '{words[0]}' is no verb.{_nearest(verb)}" if len(words) <= VERB_LIKE else ""
        return _reply(no(words_ + unknown))
    return None


_SAID_ELSEWHERE = {
    **dict.fromkeys(("gate", "wave-gate"), "/wave-gate"),
    **dict.fromkeys(("go", "start", "continue", "run"), "/implement-plan to go on"),
    **dict.fromkeys(("stop", "cancel", "end", "quit", "exit", "close"), "/task-planner pause to stop for now, or /task-planner --abort to end the plan"),
    "record": "`task-planner record` in a terminal",
}
VERB_LIKE = 3  # words: more are a request


def _nearest(verb: str, dashes: str = "") -> str:
    from planweir.plan.forms import nearest
    from planweir.verbs.words import VERBS

    known = (*READS, "resume", "help", *VERBS)
    if verb.lower() in _SAID_ELSEWHERE:
        return f" Type {_SAID_ELSEWHERE[verb.lower()]}."
    near = nearest(verb, known)
    meant = f" Did you mean {dashes}{near}?" if near else ""
    return f"{meant} Its verbs: {', '.join(dashes + name for name in known)}."


def _is_verb(places: Places, verb: str, rest: list[str]) -> bool:
    """`pause` and the like may also begin a request in words; it is a verb when what follows looks like its arguments, or
    where a plan is open, beside which there are no requests."""
    if verb in ("pause", "complete", "abort"):
        return not rest or rest == ["--dry-run"]
    if verb in ("note", "mine"):
        return os.path.exists(places.armed)
    if verb in ("answer", "accept", "reject", "refuse"):  # the words after the task need no quotes
        return not rest or os.path.exists(places.armed) or re.fullmatch(r"[A-Za-z]{1,3}-?\d+", rest[0]) is not None
    if verb == "insight":
        return os.path.exists(places.armed) or rest[:1] in (["add"], ["list"], ["close"])
    return len(rest) <= 2 or any(word.startswith("--") for word in rest) or verb == "discard"


def _know_markers(places: Places) -> None:
    """A marker that the client's folder alone still has is one of this plan: abort takes it away too."""
    from planweir.journal import markers

    data = os.environ.get("CLAUDE_PLUGIN_DATA", "")
    second = places.second(data)
    if data and os.path.exists(second):
        plan = markers.plan_of(second)
        markers.record_second(places, data)
        if not os.path.exists(places.armed):
            markers.arm(places, plan)


def _doctor(places: Places, session: str) -> Answer:
    """Looks alone: nothing is taken in, tended or rendered by it."""
    from planweir.doctor.report import doctor
    from planweir.doctor.world import World

    return doctor(World(places, {**os.environ, "CLAUDE_CODE_SESSION_ID": session}, typed=True))


def _read(places: Places, verb: str, words: list[str], session: str) -> Answer:
    from planweir.brief.steps import next_step
    from planweir.journal.store import Journal
    from planweir.verbs import offer, record
    from planweir.verbs.answer import no, yes
    from planweir.verbs.ending import take_in_abort
    from planweir.verbs.log import log
    from planweir.verbs.status import requirements, status

    take_in_abort(places)
    if verb != "check":
        from planweir.attempt.tending import tend

        try:
            tend(places)
        except Unusable as error:
            return no(f"{error}. /task-planner doctor tells what else is wrong.")
    if verb == "check":
        if len(words) != 1:
            return no("say which plan: /task-planner check PLAN.")
        from planweir.attempt.client_settings import here

        path = os.path.join(places.project, os.path.expanduser(words[0]))
        return offer.check_plan(path, places.project, words[0], here(places.project), session)
    if verb == "log":
        return log(places, 20)
    if verb == "summary":
        return record.account(places)
    if verb == "script":
        from planweir.verbs.script import head

        wave = "".join(words[-1:]) or "0"
        return head(places, int(wave)) if wave.isdecimal() and len(wave) < 6 else no("which wave? /task-planner --script N.")
    if verb == "done":
        from planweir.verbs.complete import done
        from planweir.verbs.verify import verify

        return verify(places, " ".join(words[1:])) if words[:1] == ["--verify"] else done(places)
    if verb == "artifacts":
        return record.listing(places, words[0] if words else "")
    state = Journal(places).state()
    if verb == "next":
        return yes(next_step(state, places)["say"])
    if words[:1] in (["--requirements"], ["requirements"]):
        return requirements(places, state)
    return status(places, state)


def failed(why: str) -> Reply:
    """A person always gets an answer. What failed may have come after the journal took the verb in (a full disk), so this
    does not claim that nothing was done."""
    return answer(
        f"Planweir: something of ours failed in this: {why}. /task-planner --status shows whether it was taken in; if not, type it again. "
        "/task-planner doctor looks for the cause, --abort leaves the plan. Reports of such a failure are welcome."
    )
