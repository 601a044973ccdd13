"""The shape of the folded state, for the type checker and the reader. Imported under TYPE_CHECKING alone."""

from __future__ import annotations

from typing import TypedDict

Event = dict[str, object]


class Criterion(TypedDict):
    text: str
    by_hand: bool


class GraphTask(TypedDict):
    """One task of the frozen graph, in the JSON form of `plan.model`."""

    id: str
    title: str
    depends_on: list[str]
    files: list[str]
    also: list[str]
    verify: list[str]
    agent: str
    complexity: int | None
    new_tests: bool
    plan_first: bool
    serves: list[str]
    wires: list[str]
    not_reached: str
    fewer_tests: str
    description: str
    done_when: list[Criterion]


class GraphWanted(TypedDict):
    """A criterion of a requirement; `check`: the command that the gate runs for it."""

    id: str
    text: str
    by_hand: bool
    check: str


class GraphRequirement(GraphWanted):
    criteria: list[GraphWanted]


class Graph(TypedDict):
    title: str
    goal: str
    setup: list[str]
    verify: list[str]
    verify_at_end: list[str]
    commit: str
    grants: str
    plans_accepted_by: str
    engine: str  # auto, workflow or agents, as the plan says
    max_parallel: int  # tasks at once
    entry_points: list[str]
    scope: str  # ask; or warn: a change outside a task's files passes and is told
    context: str
    requirements: list[GraphRequirement]
    tasks: list[GraphTask]


class PlanState(TypedDict):
    id: str
    file: str
    hash: str
    status: str
    opened_at: str
    updated_at: str
    why: str
    head: str
    version: str
    mode: str  # agents; or single: the main thread does one task at a time
    engine: str  # what carries waves out now: workflow, or agents that the main thread starts
    engine_why: str
    engine_asked: str  # what a person typed of it last; empty where they left it to the plan and the client


class Owner(TypedDict):
    session: str
    since: str


class Baseline(TypedDict):
    """What was so before the first task: dirty paths with their digests, and the tests that failed by name. A path that
    a person calls theirs later joins the dirty ones."""

    dirty: dict[str, str]
    failing: list[str]
    unnamed: list[str]


class ReviewState(TypedDict):
    verdict: str
    digest: str
    agent: str
    review: dict[str, object]


class Answered(TypedDict):
    """A question of an implementer and what it was told; `by` is orchestrator or person."""

    question: str
    answer: str
    by: str


class Proposal(TypedDict):
    """The plan that an implementer submitted for a task that is planned first; `verdict` is empty, accepted or rejected."""

    text: str
    file: str
    attempt: int
    verdict: str
    by: str
    why: str
    findings: list[dict[str, object]]


class Heard(TypedDict):
    """What an attempt's report said for others: `part` is `for the plan` or `for later tasks`. A later report takes none back."""

    attempt: int
    part: str
    words: str


class CheckedByHand(TypedDict):
    """A criterion for a person that a person found to hold."""

    text: str
    at: str


class Confirmed(TypedDict):
    """What a named person said of a criterion; `digest` is that of the files of the tasks that serve it, as they were then."""

    digest: str
    person: str
    came: str
    at: str


class Insight(TypedDict):
    """What somebody noted for others; `sort` is defect, learning, friction or upstream. `closed`: why it stands no longer."""

    number: int
    sort: str
    text: str
    task: str
    path: str
    by: str  # agent or person
    role: str
    who: str  # the agent's id, or the person's name
    attempt: int
    at: str
    closed: str
    closed_by: str
    closed_at: str


class TaskState(TypedDict):
    status: str
    wave: int
    attempts: int
    lost: int
    cycles: int  # failed reviews since a person last unblocked it
    failed_reviews: int  # all of them
    review_attempts: dict[str, int]
    review_losses: int
    evidence: dict[str, object]
    report: dict[str, object]
    reviews: dict[str, ReviewState]
    findings: list[dict[str, object]]
    sent_back: str
    why: str
    note: str  # a person's, for the next attempt alone
    notes: list[str]  # a person's, for every brief of the task
    question: str  # what its last attempt asked and nobody has answered yet
    asked: int  # questions since the task began, or since a person unblocked it
    answers: list[Answered]
    proposal: Proposal | None
    rejections: int  # of its plans in a row
    unreviewed: bool  # done by the main thread, which nobody reviewed
    heard: list[Heard]
    checked: list[CheckedByHand]
    blocked_from: str
    digest: str
    faulted: str  # the digest that a review or a gate last asked to change
    start_tree: str
    start_sha: str
    files_changed: list[str]
    commit: str
    skip_to: str
    taken_out: bool  # skipped: its changes were put back
    tokens: int
    duration_ms: int


class AgentState(TypedDict):
    task: str
    role: str
    attempt: int
    tool_use_id: str
    session: str
    pid: int
    pid_start: str
    start_tree: str
    digest: str
    holds: int
    told: list[str]  # what it was held for once and for that alone; it counts as no hold
    at: str
    seq: int  # of the event that bound it
    alive: bool


class Spawn(TypedDict):
    task: str
    role: str
    attempt: int
    session: str
    brief_sha: str
    digest: str
    pid: int
    pid_start: str
    start_tree: str
    start_sha: str
    at: str


class WorkflowRun(TypedDict):
    """The last run of a wave's script. `task` and `run` are the client's names for it, empty until it has said them."""

    tool_use_id: str
    wave: int
    sum: str  # sha256 of the script that was let run
    task: str
    run: str
    session: str
    pid: int
    pid_start: str
    at: str
    alive: bool
    why: str  # how it ended
    bound: int  # agents of it that were bound
    barren: int  # runs of this wave in a row, up to the last that ended, of which no agent was bound


class Request(TypedDict):
    """A file beyond its task's that an agent asked for, or took where the plan lets it.

    `answer` is empty while it waits for a person, else allowed, refused, taken (`Scope: warn`) or lapsed (the task was done
    without it); `said`: what the person gave as the reason.
    """

    task: str
    path: str
    why: str
    attempt: int
    at: str
    answer: str
    said: str


class GateState(TypedDict):
    passed: bool
    failed: int
    checks: list[dict[str, object]]
    nameless: str
    persons: bool
    at: str


class Aside(TypedDict):
    """A person's verb that was not typed in a session."""

    kind: str
    task: str
    how: str
    signs: str
    at: str


class Commits(TypedDict):
    """The last commit up to which every commit is known, and those known since: the gate's, and what a gate let pass."""

    base: str
    known: list[str]


class Loose(TypedDict):
    """A path that changed without anything that explains it. `tree` holds it as it was before; `by` says during what; of
    `person`s it is asked, nobody is blamed. `agents`: during whose calls, and may put it back while it is as they `left` it."""

    tree: str
    seq: int
    at: str
    by: str
    person: bool
    agents: list[str]
    left: str


class Floor(TypedDict):
    """What the last full run of a command of the plan counted: tests that passed, and those left out (skipped, deselected,
    expected to fail). `passing`: it passed, so that the next that passes prints counts as well.
    `witnessed`: a pytest told in it what it counted itself."""

    passed: int
    apart: int
    passing: bool
    witnessed: bool


class Noticed(TypedDict):
    """The unexplained changes that nobody has settled; `more` is how many had no room here."""

    rows: dict[str, Loose]
    more: int


class Held(TypedDict):
    """A guarded file that git would run, or by which it would hide files, as it was changed: `was` is what it held before."""

    what: str
    was: str
    at: str


class Keepsake(TypedDict):
    """The guarded files that are not ours, by the keepsake of that name; `sums` a group of them. `held`: what the gate waits for.
    `told`: what a person changed, which is only told."""

    name: str
    sums: dict[str, str]
    held: dict[str, Held]
    told: list[str]


class State(TypedDict):
    v: int
    seq: int
    bytes: int
    plan: PlanState
    owner: Owner
    graph: Graph
    waves: list[list[str]]
    tasks: dict[str, TaskState]
    agents: dict[str, AgentState]
    spawns: dict[str, Spawn]
    workflow: WorkflowRun
    gates: dict[str, GateState]
    baseline: Baseline
    waivers: dict[str, str]
    gate_made: list[str]  # what the plan's own commands changed, at `start` and in gates
    accepted: str  # the tree that the last passed gate judged; empty before
    commits: Commits
    allowed: dict[str, list[str]]
    requests: list[Request]
    confirmed: dict[str, Confirmed]  # by the criterion's id
    insights: list[Insight]
    incidents: list[str]
    noticed: Noticed
    keepsake: Keepsake
    aside: list[Aside]
    floors: dict[str, Floor]  # by command: no fewer tests may pass at the next gate
    programs: dict[str, str]  # the test programs that the plan's commands start, by path, with a mark of their content
