"""`mppmon init` and `mppmon import` at a real terminal, and a dumb one: asked, answered, interrupted."""

import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.telegram_fake import TOKEN, telegram_fake
from tests.unit.setup_kit import demo_copy

pytestmark = pytest.mark.server
_PATIENCE = 20.0


class Person:
    """Somebody at the terminal of a program."""

    def __init__(self, process: "subprocess.Popen[bytes]", terminal: int) -> None:
        self.process, self._terminal = process, terminal
        self.seen = ""

    def read_until(self, wanted: str) -> None:
        """Read until these words are on the screen."""
        before = len(self.seen)
        while wanted not in self.seen[before:]:
            ready, _, _ = select.select([self._terminal], [], [], _PATIENCE)
            assert ready, f"no {wanted!r} in {self.seen[before:]!r}"
            try:
                read = os.read(self._terminal, 4096)
            except OSError:  # the program has ended
                read = b""
            assert read, f"no {wanted!r} in {self.seen[before:]!r}"
            self.seen += read.decode()

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._terminal, f"{text}\r".encode())

    def dialogue(self, *turns: tuple[str, str]) -> None:
        """Wait for each text, then type the answer."""
        for wanted, answer in turns:
            self.read_until(wanted)
            self.type(answer)

    def end(self) -> int:
        """Read the rest, return the exit status."""
        while True:
            try:
                read = os.read(self._terminal, 4096)
            except OSError:
                read = b""
            if not read:
                return self.process.wait(_PATIENCE)
            self.seen += read.decode()


@contextmanager
def at_terminal(*arguments: str) -> Iterator[Person]:
    main, side = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "200"}

    def take_terminal() -> None:
        os.close(os.open(os.ttyname(0), os.O_RDWR))  # the first one opened becomes the controlling terminal
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs inherit that it is ignored

    process = subprocess.Popen(
        [sys.executable, "-m", "mppmon", *arguments], stdin=side, stdout=side, stderr=side, env=environment,
        start_new_session=True,
        preexec_fn=take_terminal,  # noqa: PLW1509  # nothing of ours runs in threads between fork and exec
    )  # fmt: skip
    os.close(side)
    try:
        yield Person(process, main)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(main)


MALL = (
    ("Bahasa pertanyaan / language", ""),
    ("nama mal", "MPP Harapan"),
    ("Zona waktunya", "wit a"),
    ("Seharusnya: WIB, WITA, atau WIT.", "kembali"),
    ("nama mal", "MPP Kota Harapan"),
    ("Zona waktunya", ""),
    ("jam pelayanan", ""),
    ("istirahat", "-"),
    ("nama singkat", "Disdukcapil"),
    ("nama lengkap", ""),
    ("layanannya", "KTP-el"),
    ("loket mana", "A1"),
    ("letaknya", ""),
    ("berapa warga", ""),
    ("instansi lain", ""),
    ("lewat apa", ""),
)


def test_the_first_hour_at_a_dumb_terminal(tmp_path: Path) -> None:
    place = tmp_path / "mal"
    with telegram_fake() as fake, at_terminal("init", str(place), "--telegram-api", fake.url) as person:
        fake.push(
            {"update_id": 1, "message": {"chat": {"id": 100, "type": "private", "first_name": "Budi"}, "text": "halo"}}
        )
        person.dialogue(
            *MALL,
            ("Token bot?", TOKEN),
            ("petugas piketnya", "Budi"),
            ("1. Budi (pribadi, 100)", "1"),
            ("petugas lain", ""),
            ("internet mal?", "t"),
            ("Tulis ini?", "ya"),
        )
        assert person.end() == 0, person.seen
        assert "Pesan uji coba sudah terkirim" in person.seen
        assert TOKEN not in person.seen
        assert [one["chat_id"] for one in fake.of("sendMessage")] == ["100"]
    assert (place / "secrets/telegram-token").read_text() == f"{TOKEN}\n"


def test_interrupted_it_leaves_nothing(tmp_path: Path) -> None:
    with at_terminal("init", str(tmp_path / "mal")) as person:
        person.dialogue(*MALL[:2])
        person.read_until("Zona waktunya")
        person.type("\x03")
        assert person.end() == 2
        assert "Tidak ada yang ditulis." in person.seen
        assert "Traceback" not in person.seen
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("answer", "code"), [("ya", 0), ("", 2)])
def test_an_import_asks_what_it_does_not_know_and_before_it_writes(tmp_path: Path, answer: str, code: int) -> None:
    mall = demo_copy(tmp_path)
    before = (mall / "devices.yaml").read_bytes()
    file = tmp_path / "aset.csv"
    file.write_text("Nama;Jenis;Serial Numbr;IP\nKamera pintu;CCTV;SN9;10.0.0.9\n")
    with at_terminal("import", "inventory", str(file), "--config", str(mall)) as person:
        person.dialogue(
            ("Kolom 'Serial Numbr' berisi apa?", "serail"),
            ("Maksudnya serial?", ""),
            ("+ kamera-pintu (baris 2)", "mungkin"),
            ("Seharusnya: ya atau tidak.", answer),
        )
        assert person.end() == code, person.seen
    assert ((mall / "devices.yaml").read_bytes() == before) is (code == 2)
