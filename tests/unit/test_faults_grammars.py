"""The judges of outputs in `tests/faults/grammars.py` see what is wrong: each gets a sound output and spoilt ones."""

import json
from collections.abc import Callable

import pytest

from tests.faults import grammars

MAIL = b"Subject: uji\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nbaik\r\n"
FIELDS = b"Bcc: all@mall.test\r\n"
PAGE = b'<main id="live"><p><bdi>&lt;b&gt;</bdi></p><a href="/">x</a></main>'
METRICS = b'# TYPE mppmon_device_info gauge\nmppmon_device_info{model="SAID"} 1\n'
CHAT = {"chat_id": "1", "text": "baik\n<b>"}
Judge = Callable[[bytes], list[str]]


def chat(payload: bytes) -> list[str]:
    return grammars.chat(json.loads(payload))


SPOILT: dict[str, tuple[Judge, bytes, list[bytes]]] = {
    "terminal": (
        grammars.terminal,
        b"baik\n",
        [b"\x1b[31m", "\u202e".encode(), b"\xff", b"a\rb", "\x9b".encode()],
    ),
    "log": (grammars.log, b"INFO a.b: x\n", [b"INFO a.b: x\nforged\n", b"Traceback (most recent call last):\n"]),
    "html": (
        grammars.html,
        PAGE,
        [PAGE + one for one in (b"<script>1</script>", b"<p onclick=x>", b"<a href=javascript:x>")],
    ),
    "json": (grammars.jsons, b'{"a": ["b"]}', [b'{"a": "\\u001b"}', b'{"a": "\\ud800"}', b'{"\\u202e": 1}']),
    "events": (grammars.events, b'data: {"a": 1}\r\n\r\n', [b"data: 1\n\nevil\n", b'data: "\\u0000"\n\n']),
    "mail": (
        grammars.mail,
        MAIL,
        [FIELDS + MAIL, b"Subject: b\r\n" + MAIL, MAIL + b"\x1b", MAIL.replace(b"plain", b"html")],
    ),
    "chat": (
        chat,
        json.dumps(CHAT).encode(),
        [json.dumps(CHAT | one).encode() for one in ({"parse_mode": "HTML"}, {"text": "\u202e"}, {"text": "x" * 5000})],
    ),
    "csv": (
        grammars.table,
        b"a,b\r\n1,'=2\r\n",
        [b"a,b\r\n1,=2\r\n", b"a,b\r\n1\r\n", b'a,"b\x1b"\r\n'],
    ),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_sound_output_passes_and_a_spoilt_one_does_not(kind: str) -> None:
    judge, sound, spoilt = SPOILT[kind]
    assert judge(sound) == []
    assert all(judge(one) for one in spoilt)


@pytest.mark.parametrize("line", ['mppmon_x{a="SAID"} 1\n', 'mppmon_device_info{model="\u202e"} 1\n'])
def test_a_device_is_heard_in_info_only(line: str) -> None:
    assert grammars.exposed(METRICS.decode()) == []
    assert grammars.exposed(line)
