"""Who plays: each actor of a script, how far it has come, and which agent it is."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from planweir.play.client.asked import Request, first_prompt
from planweir.play.client.wire import Answer
from planweir.play.recording import Step, actor_of

Script: TypeAlias = "Mapping[str, Sequence[Any]]"


@dataclass
class Follow:
    """Where following `task-planner next` stands: which call asked it, and how often."""

    asked: str | None = None
    waiting: bool = False
    rounds: int = 0
    same: int = 0
    last: str = ""


@dataclass
class Actor:
    """`key` and `answer` are of its last request, `expecting` is the step whose result it has not seen yet and the ids
    of that step's calls, `ahead` one that comes before those of the script."""

    name: str
    steps: list[Any]
    position: int = 0
    key: str = ""
    answer: Answer | None = None
    expecting: tuple[Step, list[str]] | None = None
    ahead: Step | None = None
    follow: Follow | None = None
    calls: int = 0


@dataclass
class Cast:
    """The actors of a script. It outlives a client that is killed: the one that resumes goes on with it."""

    script: Script
    actors: dict[str, Actor] = field(default_factory=dict)
    agents: dict[str, str] = field(default_factory=dict)
    """actor -> agent id"""
    _names: dict[str, str] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def actor(self, name: str) -> Actor:
        with self._lock:
            if name not in self.actors:
                self.actors[name] = Actor(name, list(self.script.get(name, [])))
            return self.actors[name]

    def name(self, agent_id: str, request: Request) -> tuple[str, bool]:
        """The actor that this agent is, and whether it asks for the first time: the actor that its brief names ("T1
        implementer 1"), another one is "agent: <its prompt's first 40 characters>"."""
        with self._lock:
            known = agent_id in self._names
            if not known:
                first = first_prompt(request.messages)
                name = actor_of(first) or f"agent: {first[:40]}"
                if name in self.agents and self.agents[name] != agent_id:
                    number = 2
                    while f"{name} #{number}" in self.agents:
                        number += 1
                    name = f"{name} #{number}"
                self._names[agent_id] = name
                self.agents[name] = agent_id
            return self._names[agent_id], not known

    def unplayed(self) -> dict[str, int]:
        """How many steps each actor of the script has left."""
        left = {}
        for name, steps in self.script.items():
            actor = self.actors.get(name)
            rest = len(steps) - (actor.position if actor else 0)
            if rest and not (actor and actor.follow and rest == 1):
                left[name] = rest
        return left

    def cut(self) -> None:
        """The client was killed: what its actors were in the middle of has no result any more."""
        for actor in self.actors.values():
            actor.expecting = actor.ahead = None
            actor.key, actor.answer = "", None
        self.turn_ended()

    def turn_ended(self) -> None:
        """The main thread's turn is over, and with it what it followed."""
        for actor in self.actors.values():
            playing = actor.steps[actor.position] if actor.position < len(actor.steps) else None
            if actor.follow is not None or callable(playing):
                actor.follow = None
                actor.position += 1
