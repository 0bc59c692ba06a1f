"""What a technician types becomes a command in that person's name, and is answered in their language."""

import asyncio
from pathlib import Path

import pytest

from alerts.inbox import Reply
from mppmon.engine.outbox import EngineInbox
from tests.stories.at_once import at_once
from tests.stories.house import House


@pytest.mark.parametrize(
    ("text", "ok", "said"),
    [
        ("/catatan 1 rol diganti", True, "Gangguan #1 sudah dicatat."),
        ("/catatan 9 rol diganti", False, "Gangguan #9 sudah tidak terbuka."),
        ("/catatan 1 a\nb", False, "Gangguan #1: catatan tidak disimpan. Tulis dalam satu baris"),
    ],
)
def test_a_typed_note_is_kept_in_the_name_of_its_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str, *, ok: bool
) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        at_once(house, monkeypatch)
        number = int(text.split()[1])
        reply = Reply("mail", "ani@mall.test", "note", number, "u1", text, "ani@mall.test")
        answer = asyncio.run(EngineInbox(house.engine, house.clock.now).reply(reply))
        assert answer.ok is ok
        assert said in answer.text
        (incident,) = house.engine.snapshot.incidents
        assert [(one.who, one.text) for one in incident.notes] == ([("Ani", "rol diganti")] if ok else [])
