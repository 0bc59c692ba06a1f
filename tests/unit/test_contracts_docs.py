"""Docs that hang together: links lead somewhere, every decision is in the index, every make target is real."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "deploy").rglob("*.md"),
    ROOT / "grafana/README.md",
]
RECORDS = ROOT / "docs/adr"
INDEX = RECORDS / "0000-decision-records.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_decision_is_in_the_index_by_its_title() -> None:
    index = dict(re.findall(r"^- \[\d{4}\]\((\S+\.md)\) (.+)$", INDEX.read_text(), re.MULTILINE))
    titles = {
        path.name: path.read_text().splitlines()[0].removeprefix(f"# {path.name[:4]}. ")
        for path in RECORDS.glob("*.md")
        if path != INDEX
    }
    assert index == titles


def test_numbers_of_decisions_are_unique() -> None:
    numbers = [path.name[:4] for path in RECORDS.glob("*.md")]
    assert len(numbers) == len(set(numbers))


def test_the_docs_name_only_make_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {word for page in PAGES for word in re.findall(r"`make ([a-z-]+)", page.read_text())}
    assert named <= targets
