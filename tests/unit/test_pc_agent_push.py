"""The agent's sending side: its config, how long it waits after what, and what it makes of an answer."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.pc.agent import __main__ as program
from collectors.pc.agent.config import ConfigError, load
from collectors.pc.agent.push import Attempt, Pusher, attempt_of
from collectors.pc.agent.push_settings import Push

PIN = "ab" * 32
GOOD = f'[push]\nurl = "https://192.0.2.10:9743/push"\ntoken_file = "/t"\npin = "{PIN}"\n'


def config(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "agent.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_who_pushes_listens_only_where_that_is_written(tmp_path: Path) -> None:
    found = load(config(tmp_path, GOOD))
    assert found.listen is None
    assert found.push == Push("192.0.2.10", 9743, "/push", Path("/t"), PIN)
    assert load(config(tmp_path, f'listen = "127.0.0.1:1"\n{GOOD}')).listen == ("127.0.0.1", 1)
    assert load(config(tmp_path, "")).listen == ("127.0.0.1", 9182)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("push = 1", "push: found int, expected a table"),
        ("[push]\nurl = 'https://a'", "push.token_file: missing"),
        (GOOD + "interval = 5", "push.interval: unknown key, expected one of ca_file, every, pin, token_file, url"),
        (GOOD + "every = 1", "push.every: found 1, expected 5 to 3600 seconds"),
        (GOOD + "every = true", "push.every: found True"),
        (GOOD.replace(PIN, "AB"), "push.pin: expected the 64 digits"),
        (GOOD.replace("https", "http"), "push.url: found 'http://192.0.2.10:9743/push', expected a URL such as https"),
        (GOOD.replace("//192", "//user@192"), "push.url: found"),
        (GOOD.replace(":9743", ":97430"), "push.url: found"),
    ],
)
def test_each_fault_names_its_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(config(tmp_path, text))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            b"[push]\nurll = 'x'",
            "push.urll: unknown key, expected one of ca_file, every, pin, token_file, url (did you mean",
        ),
        (b"lisen = 'x'", "(did you mean 'listen'?)"),
        (b"[peripherals.a]\nubs = 'x'", "(did you mean 'usb'?)"),
        (b"a = 1\nb = \xe9\n", "not TOML: a letter that is not UTF-8 (at line 2)"),
        (b"a = 1\nb = \n", "(at line 2, column 5)"),
        ("listen = 'x'".encode("utf-16"), "found UTF-16, expected UTF-8"),
        (GOOD.replace("/t", "/nonexist").encode(), "push.token_file: /nonexist: No such file or directory"),
        (b"token_file = '/nonexist'", "token_file: /nonexist: No such file or directory"),
        (b"listen = '0.0.0.0:0'", "listen: found 0.0.0.0 without token_file"),
    ],
)
def test_the_program_names_file_and_key_and_what_was_meant(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, raw: bytes, said: str
) -> None:
    file = tmp_path / "agent.toml"
    file.write_bytes(raw)
    assert program.main(["--config", str(file)]) == 2
    (line,) = caplog.messages
    assert line.startswith(f"{file}: ")
    assert line.count(str(file)) == 1
    assert said in line


def test_the_authority_of_the_door_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "t").write_text("x\n", "utf-8")
    file, ca = tmp_path / "agent.toml", tmp_path / "ca.pem"
    text = GOOD.replace(f'pin = "{PIN}"', f'ca_file = "{ca}"').replace('"/t"', f'"{tmp_path}/t"')
    file.write_text(text, "utf-8")
    assert program.main(["--config", str(file)]) == 2
    ca.write_text("garbage", "utf-8")
    assert program.main(["--config", str(file)]) == 2
    whole = f"{file}: push.ca_file: {ca}: "
    assert caplog.messages == [f"{whole}No such file or directory", f"{whole}no certificates in it"]


def test_the_mark_of_windows_before_a_config_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(file).push is not None


@pytest.fixture
def pusher() -> Iterator[Pusher]:
    made = Pusher(Push("192.0.2.1", 1, "/push", Path("/t"), PIN), b"t", lambda: b"", monotonic=lambda: 0.0)
    yield made
    made.close()


def test_the_first_push_that_is_taken_is_logged_and_no_other(pusher: Pusher, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    for _ in range(3):
        pusher.pause(Attempt())
    assert caplog.messages == ["push: taken"]
    assert pusher.url == "https://192.0.2.1:1/push"


def test_a_second_signal_does_not_break_off_the_end() -> None:
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        with pytest.raises(program._Stop):  # noqa: SLF001  # as a signal does it
            program._stop()  # noqa: SLF001  # likewise
        assert {signal.getsignal(one) for one in before} == {signal.SIG_IGN}
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def test_it_waits_longer_after_each_failure_and_as_it_is_told(pusher: Pusher) -> None:
    assert 13.5 <= pusher.pause(Attempt()) <= 16.5
    waits = [pusher.pause(Attempt("no answer in time")) for _ in range(8)]
    for wait, longest in zip(waits, (2, 4, 8, 16, 32, 60, 60, 60), strict=True):
        assert longest / 2 <= wait <= longest
    assert 13.5 <= pusher.pause(Attempt()) <= 16.5
    assert 1 <= pusher.pause(Attempt("no answer in time")) <= 2
    assert 30 <= pusher.pause(Attempt("the token is not known there", refused=True)) <= 60
    assert pusher.pause(Attempt("sent too often", wait=90)) == 90
    assert pusher.pause(Attempt("sent too often", wait=9e5)) == 3600


@pytest.mark.parametrize(
    ("head", "attempt"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", Attempt()),
        (b"HTTP/1.1 429 x\r\nX: 1\r\nretry-after: 7\r\n\r\n", Attempt("sent too often", wait=7.0)),
        (b"HTTP/1.1 503 x\r\nRetry-After: 10\r\n\r\n", Attempt("status 503", wait=10.0)),
        (b"HTTP/1.1 503 x\r\nRetry-After: Tue\r\n\r\n", Attempt("status 503")),
        (b"HTTP/1.1 302 x\r\nLocation: https://a/\r\n\r\n", Attempt("status 302", refused=True)),
        (b"HTTP/1.1 401 x\r\n\r\n", Attempt("the token is not known there", refused=True)),
        (b"", Attempt("the answer is not one of HTTP")),
        (b"220 mail\r\n\r\n", Attempt("the answer is not one of HTTP")),
    ],
)
def test_an_answer_is_a_status_and_perhaps_a_time(head: bytes, attempt: Attempt) -> None:
    assert attempt_of(head) == attempt
