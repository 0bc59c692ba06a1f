"""The bench runner: one JSON line per figure, red when a budget is missed, an error when a figure says too little."""

import json
from collections.abc import Callable, Iterable

import pytest

from tests.bench.__main__ import BENCHES, FIELDS, Figure, main

FIGURE: Figure = dict.fromkeys(FIELDS, 1) | {"figure": "cpu per poll", "ok": True}


def loader(*figures: Figure) -> Callable[[str], Callable[[], Iterable[Figure]]]:
    return lambda _bench: lambda: iter(figures)


def test_one_json_line_per_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "line"], loader(FIGURE, FIGURE)) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [list(line) for line in lines] == [list(FIELDS)] * 2


def test_all_run_and_a_missed_budget_is_red_but_hides_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], loader({**FIGURE, "ok": False}, FIGURE)) == 1
    assert len(capsys.readouterr().out.splitlines()) == 2 * len(BENCHES)


def test_a_figure_that_says_too_little_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"line: figure 'x': missing \['value', .*unknown \['extra'\]"):
        main(["--only", "line"], loader({"figure": "x", "extra": 1}))


def test_an_unknown_bench_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "speed"], loader())
    assert f"found speed, expected some of {','.join(BENCHES)}" in capsys.readouterr().err
