"""Our recordings: each can be read, walks in order, and lives."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mppmon.demo.simulator import recording
from mppmon.demo.simulator.living import ERROR_BITS, LIVING, REFILLED_AT, error_octets, share
from mppmon.demo.simulator.recording import BadRecording, Entry
from mppmon.demo.simulator.view import View
from mppmon.demo.simulator.world import Scene

DEVICES = ["printer", "receipt-printer", "card-printer", "switch", "router", "access-point", "ups", "camera", "display"]
PLAIN = Scene("dev-1", 1234, "Lt. 1", 3600.0, 3600.0, frozenset())


def shown(name: str, oid: str, scene: Scene = PLAIN) -> int | bytes | str | None:
    view = View(recording.load(name), lambda: scene)
    found = view.get(tuple(int(part) for part in oid.split(".")), scene)
    return found.value if found else None


@pytest.mark.parametrize("name", recording.known())
def test_every_recording_can_be_read_at_any_moment(name: str) -> None:
    entries = recording.load(name)
    assert entries
    for uptime in (0.0, 1.0, 5e7):
        for entry in entries:
            value = entry.value(Scene(name, 2**32 - 1, "", uptime, uptime, frozenset({"jammed", "low-toner"})))
            if entry.type in {"counter32", "gauge32", "ticks"}:
                assert isinstance(value, int)
                assert 0 <= value < 2**32


@pytest.mark.parametrize("name", DEVICES)
def test_every_device_says_what_it_is_and_for_how_long(name: str) -> None:
    assert shown(name, "1.3.6.1.2.1.1.3.0") == 360_000
    assert shown(name, "1.3.6.1.2.1.1.5.0") == b"dev-1"
    assert str(shown(name, "1.3.6.1.2.1.1.2.0")).startswith("1.3.6.1.4.1.32473.")  # RFC 5612: nobody's own


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)), unique=True), st.data())
def test_what_comes_after_an_oid_is_what_a_plain_search_finds(oids: list[tuple[int, ...]], data: st.DataObject) -> None:
    gone = {oid for oid in oids if data.draw(st.booleans())}
    entries = [Entry(oid, "int", lambda _scene: 1, "jammed" if oid in gone else None) for oid in sorted(oids)]
    view = View(entries, lambda: PLAIN)
    asked = data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=4).map(tuple))
    expected = [oid for oid in sorted(oids) if oid > asked and oid not in gone]
    assert [found.oid for found in view.after(asked, PLAIN)] == expected
    assert (view.get(asked, PLAIN) is not None) == (asked in set(oids) - gone)


@given(st.frozensets(st.sampled_from(ERROR_BITS)))
def test_error_bits_are_where_the_rfc_puts_them(shows: frozenset[str]) -> None:
    octets = error_octets(shows)
    read = {name for bit, name in enumerate(ERROR_BITS) if octets[bit // 8] >> 7 - bit % 8 & 1}
    assert read == shows


@given(st.floats(0.3, 1.0), st.floats(0.001, 2.0), st.floats(0, 1e7))
def test_a_supply_drains_and_is_refilled_and_never_runs_out_by_itself(
    begins: float, pace: float, worked: float
) -> None:
    left = share(Scene("x", 0, "", worked, worked, frozenset()), begins, pace)
    assert REFILLED_AT - 1e-9 <= left <= 1.0


def test_a_jam_shows_in_the_error_bits_the_status_and_the_alert_table() -> None:
    jammed = Scene("dev-1", 1234, "", 3600.0, 3600.0, frozenset({"jammed"}))
    assert shown("printer", "1.3.6.1.2.1.25.3.5.1.2.1") == b"\x00\x00"
    assert shown("printer", "1.3.6.1.2.1.43.18.1.1.7.1.1") is None
    assert shown("printer", "1.3.6.1.2.1.25.3.5.1.2.1", jammed) == b"\x04\x00"
    assert shown("printer", "1.3.6.1.2.1.25.3.2.1.5.1", jammed) == 5
    assert shown("printer", "1.3.6.1.2.1.43.18.1.1.7.1.1", jammed) == 8  # prtAlertCode jam(8)


def test_toner_low_and_an_empty_tray_show_in_their_levels() -> None:
    low = Scene("dev-1", 1234, "", 0.0, 0.0, frozenset({"low-toner", "no-paper"}))
    assert shown("printer", "1.3.6.1.2.1.43.11.1.1.9.1.1", low) == 240
    assert shown("printer", "1.3.6.1.2.1.43.8.2.1.10.1.1", low) == 0
    assert shown("printer", "1.3.6.1.2.1.25.3.5.1.2.1", low) == b"\x60\x00"


def test_a_port_goes_down_with_its_child_and_counts_no_further() -> None:
    ports = (0.0, 600.0)
    scene = Scene("sw", 99, "", 3600.0, 0.0, frozenset(), ports, frozenset({2}))
    states = [shown("switch", f"1.3.6.1.2.1.2.2.1.8.{port}", scene) for port in (1, 2, 3, 24)]
    assert states == [1, 2, 2, 1]
    later = Scene("sw", 99, "", 3700.0, 0.0, frozenset(), (0.0, 700.0), frozenset({2}))
    received = "1.3.6.1.2.1.31.1.1.1.6."
    assert shown("switch", f"{received}2", scene) == shown("switch", f"{received}2", later)
    assert shown("switch", f"{received}1", scene) != shown("switch", f"{received}1", later)


def test_a_32_bit_counter_wraps_where_its_64_bit_twin_goes_on() -> None:
    scene = Scene("sw", 2**32 - 1, "", 1e6, 0.0, frozenset(), (0.0,))
    wide = shown("switch", "1.3.6.1.2.1.31.1.1.1.6.1", scene)
    assert isinstance(wide, int)
    assert wide > 2**32
    assert shown("switch", "1.3.6.1.2.1.2.2.1.10.1", scene) == wide % 2**32


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1.3 int", "bad.rec:1"),
        ("1.3 number 5", "expected OID, type"),
        ("1.x int 5", "bad.rec:1"),
        ("1.3 gauge32 -1", "expected at least 0"),
        ("1.3 int @nothing", "'nothing'"),
        ("1.3 int @counter 5", "bad.rec:1"),
        ("1.3 int 1\n1.3 int 2", "bad.rec:2: found 1.3 again"),
        ("each n 1 2\n1.{n} int 1", "found no `end`"),
        ("include nowhere", "found 'nowhere', expected one of access-point"),
    ],
)
def test_a_bad_line_is_named(text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "bad.rec").write_text(text)
    (tmp_path / "recordings" / "access-point.rec").write_text("")
    monkeypatch.setattr(recording, "files", lambda _package: tmp_path)
    recording.load.cache_clear()
    try:
        with pytest.raises(BadRecording, match=words):
            recording.load("bad")
    finally:
        recording.load.cache_clear()


def test_living_values_take_the_words_they_need() -> None:
    with pytest.raises(ValueError, match="expected nothing"):
        LIVING["uptime"](PLAIN, ("1",))
