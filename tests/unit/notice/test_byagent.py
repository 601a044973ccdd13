"""Where the client writes what an agent did."""

from __future__ import annotations

from pathlib import Path

from planweir.notice.byagent import of_agent, transcript_beside


def test_a_scripts_agent_has_its_transcript_in_the_folder_of_its_run(tmp_path: Path) -> None:
    folder = tmp_path / "s1" / "subagents" / "workflows" / "wf_1-2"
    folder.mkdir(parents=True)
    (folder / "agent-a1.jsonl").write_text("{}\n")
    (tmp_path / "s1" / "subagents" / "agent-a2.jsonl").write_text("{}\n")
    assert of_agent(str(tmp_path / "s1"), "a1") == str(folder / "agent-a1.jsonl")
    assert of_agent(str(tmp_path / "s1"), "a2") == str(tmp_path / "s1/subagents/agent-a2.jsonl")
    event: dict[str, object] = {"transcript_path": str(tmp_path / "s1.jsonl")}
    assert transcript_beside(event, "s1", "a1") == str(folder / "agent-a1.jsonl")
    assert transcript_beside(event, "s1", "gone").endswith("/s1/subagents/agent-gone.jsonl")
