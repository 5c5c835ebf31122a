"""What the workflows may do: foreign code is pinned, tokens only read, and what publishes runs nothing of the repository's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

REPO = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((REPO / ".github" / "workflows").glob("*.y*ml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}\Z")
TOLD = re.compile(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
READS = {"contents": "read"}
PUBLISHES = {"pages": "write", "id-token": "write"}
ACTIONS_OF_PUBLISHING = {"actions/deploy-pages"}


def defects(text: str) -> Iterator[str]:
    """What a workflow may not do, a sentence each."""
    workflow = yaml.load(text, Loader=yaml.BaseLoader)  # so that `on` stays a word
    triggers = workflow["on"]
    for trigger in ("pull_request_target", "workflow_run", "issue_comment", "issues"):
        if trigger in triggers:
            yield f"it starts on {trigger}, where strangers' input meets a token that writes"
    if workflow.get("permissions") != READS:
        yield f"its permissions are {workflow.get('permissions')}, expected {READS}"
    if re.search(r"\$\{\{[^}]*\bsecrets\b", text):
        yield "it uses secrets"
    if re.search(
        r"\$\{\{[^}]*\b(github\s*\.\s*token|github\s*\[|toJSON\s*\(\s*github)|GITHUB_TOKEN|GH_TOKEN",
        text,
        re.IGNORECASE,
    ):
        yield "it hands a token on"
    for line in text.splitlines():
        if re.search(r"\buses:", line) and not TOLD.search(line):
            yield f"no commit with its version: {line.strip()}"
    for name, job in workflow["jobs"].items():
        yield from (f"{name}: {defect}" for defect in _of_job(job))


def _of_job(job: dict[str, Any]) -> Iterator[str]:
    if "timeout-minutes" not in job:
        yield "it has no time limit"
    may = job.get("permissions", READS)
    if may not in (READS, PUBLISHES):
        yield f"its permissions are {may}"
    if "uses" in job or "secrets" in job:
        yield "it hands itself to another workflow"
    for step in job["steps"]:
        action = step.get("uses", "").partition("@")[0]
        if "uses" in step and not PINNED.match(step["uses"]):
            yield f"{step['uses']} is not pinned by commit"
        if action == "actions/checkout" and step.get("with", {}).get("persist-credentials") != "false":
            yield "the checkout leaves a token behind"
        if action == "actions/github-script" or "${{" in step.get("run", "") or "${{" in step.get("shell", ""):
            yield f"an expression is pasted into a script: {step.get('run', action)}"
        if may == PUBLISHES and ("run" in step or action not in ACTIONS_OF_PUBLISHING):
            yield f"it may publish, and runs {step.get('run', action)}"


def test_there_are_workflows() -> None:
    assert [path.name for path in WORKFLOWS] == ["nightly.yml", "publish.yml", "pull-request.yml", "test.yml"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_can_do_no_harm(path: Path) -> None:
    assert list(defects(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("test.yml", "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", "actions/checkout@v7 is not pinned"),
        ("test.yml", " # v7.0.1", "", "no commit with its version"),
        ("test.yml", " # v7.0.1", " # v7", "no commit with its version"),
        ("test.yml", "permissions: {contents: read}", "permissions: write-all", "permissions are write-all"),
        ("test.yml", "permissions: {contents: read}", "name: x", "permissions are None"),
        ("test.yml", "        with: {persist-credentials: false}\n", "", "the checkout leaves a token behind"),
        ("test.yml", "timeout-minutes: 60", "needs: []", "no time limit"),
        ("test.yml", "pull_request:", "pull_request_target:", "starts on pull_request_target"),
        ("test.yml", "run: .ci/run", "run: echo ${{ github.head_ref }}", "an expression is pasted into a script"),
        ("pull-request.yml", "- run: make check", "- run: make check\n        env: {T: '${{ secrets.T }}'}", "uses secrets"),
        ("test.yml", "- run: .ci/run", "- run: .ci/run\n        env: {T: '${{ github.token }}'}", "hands a token on"),
        ("test.yml", "- run: .ci/run", "- run: .ci/run\n        env: {T: \"${{ github['token'] }}\"}", "hands a token on"),
        ("test.yml", "- run: .ci/run", "- run: .ci/run\n        env: {GH_TOKEN: x}", "hands a token on"),
        ("publish.yml", "permissions: {contents: read}\n    steps", "permissions: {contents: write}\n    steps", "build: its"),
        ("publish.yml", "      - id: deploy\n", "      - run: make site\n      - id: deploy\n", "may publish, and runs make"),
        ("publish.yml", "{pages: write, id-token: write}", "{pages: write, id-token: write, contents: read}", "deploy: its"),
    ],
)  # fmt: skip
def test_one_that_could_is_seen(name: str, old: str, new: str, said: str) -> None:
    text = (REPO / ".github" / "workflows" / name).read_text(encoding="utf-8")
    assert old in text
    assert any(said in defect for defect in defects(text.replace(old, new))), list(defects(text.replace(old, new)))


def test_publishing_is_apart_from_building() -> None:
    jobs = yaml.safe_load((REPO / ".github/workflows/publish.yml").read_text(encoding="utf-8"))["jobs"]
    assert {name: job["permissions"] for name, job in jobs.items()} == {"build": READS, "deploy": PUBLISHES}
    assert jobs["deploy"]["needs"] == "build"


def test_make_has_what_the_workflows_call() -> None:
    targets = set(re.findall(r"^([\w./-]+):", (REPO / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for path in WORKFLOWS:
        called = set(re.findall(r"\brun: make (\S+)", path.read_text(encoding="utf-8")))
        assert called <= targets, f"{path.name} calls {called - targets}"
