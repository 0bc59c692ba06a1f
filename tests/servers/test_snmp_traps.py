"""From a real trap or inform to the poll and the incident it sets off, in the real daemon; one fault, one incident."""

import re
import subprocess
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest

from mppmon.clock import Clock
from tests.servers.daemon_process import until
from tests.servers.trap_mall import AUTH, COMMUNITY, CONFIRM, PRIV, USER, TrapMall
from tests.servers.trap_mall import trap_mall as running

pytestmark = pytest.mark.server

POLLED, DECIDED = timedelta(seconds=1), timedelta(seconds=2)
CONFIRMED = timedelta(seconds=CONFIRM[-1])
HOWS = {
    "v1": ("snmptrap", "-v1", "-c", COMMUNITY),
    "v2c": ("snmpinform", "-v2c", "-c", COMMUNITY),
    "v3": ("snmpinform", "-v3", "-u", USER, "-lauthPriv", "-aSHA-256", "-A", AUTH, "-xAES", "-X", PRIV),
}
TRAPS = {  # what v1 says of it (enterprise, generic, specific), and the OID that the others carry
    "link": (("", "2", "0"), "1.3.6.1.6.3.1.1.5.3"),
    "printer": (("1.3.6.1.2.1.43.18.2", "6", "1"), "1.3.6.1.2.1.43.18.2.0.1"),
    "ups": (("1.3.6.1.2.1.33.2", "6", "1"), "1.3.6.1.2.1.33.2.1"),
}
CASES = [(what, how) for what in TRAPS for how in HOWS]
SIX = ("v2c", "v3")


@pytest.fixture(scope="module")
def mall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrapMall]:
    kinds = {"printer": "printer", "ups": "ups", "link": "camera"}
    wanted = {"core": "switch"} | {f"{what}-{how}": kinds[what] for what, how in CASES}
    wanted |= {"ten": "printer", "both": "receipt-printer"}
    six = [f"six-{how}" for how in SIX]
    wanted |= dict.fromkeys(six, "printer")
    below = {name: "core" for name, kind in wanted.items() if kind == "camera"}
    with running(tmp_path_factory.mktemp("traps"), wanted, below, six) as found:
        yield found


def throw(mall: TrapMall, trap: str, *how: str, source: str) -> None:
    """Send whatever, from wherever."""
    command = ["snmptrap", *how, f"--clientAddr={source}", f"127.0.0.1:{mall.port}", "", trap]
    subprocess.run(command, check=True, timeout=20, capture_output=True)


def counted(mall: TrapMall) -> Counter[str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{mall.web}/metrics", timeout=10) as answer:  # our own
        text = answer.read().decode()
    lines = re.findall(r'^mppmon_daemon_traps_total\{outcome="(\w+)"\} (\S+)', text, re.MULTILINE)
    return Counter({name: int(float(number)) for name, number in lines})


def send(mall: TrapMall, device: str, what: str, how: str) -> None:
    """Send with net-snmp's own program, from the device's own address."""
    v1, trap = TRAPS[what]
    address = mall.devices[device].address
    command = [HOWS[how][0], "-r1", "-t2", *HOWS[how][1:]]
    command += [f"udp6:[::1]:{mall.port}"] if ":" in address else [f"--clientAddr={address}", f"127.0.0.1:{mall.port}"]
    command += [v1[0], "", v1[1], v1[2], "5"] if how == "v1" else ["", trap]
    done = subprocess.run(command, check=False, timeout=20, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr  # an inform was answered


def one_incident(mall: TrapMall, device: str, began: datetime) -> timedelta:
    """Return how long after `began` the incident of this device was decided."""
    opened: datetime = until(lambda: mall.incidents(device), bool, within=10)[0].opened_at
    return opened - began


@pytest.mark.parametrize(("what", "how"), CASES)
def test_a_trap_is_followed_by_its_poll_within_a_second_and_its_incident_within_two(
    mall: TrapMall, what: str, how: str
) -> None:
    device, accepted = f"{what}-{how}", counted(mall)["accepted"]
    mall.devices[device].breaks(what)
    began = Clock().now()  # before net-snmp's program has even started
    send(mall, "core" if what == "link" else device, what, how)
    decided = one_incident(mall, device, began)
    asked: Sequence[datetime | None] = [mall.devices[device].asked_after(began, telemetry=what != "link")]
    if what == "link":  # the switch itself, and what hangs on it
        asked = [*asked, mall.devices["core"].asked_after(began)]
    for at in asked:
        assert at is not None
        assert at - began <= POLLED
    assert decided <= DECIDED + (CONFIRMED if what == "link" else timedelta()), decided
    until(lambda: mall.pages(device), lambda number: number >= 1)
    assert len(mall.incidents(device)) == 1
    assert counted(mall)["accepted"] == accepted + 1


@pytest.mark.parametrize("how", SIX)
def test_a_trap_over_ipv6_is_followed_as_one_over_ipv4_is(mall: TrapMall, how: str) -> None:
    device, accepted = f"six-{how}", counted(mall)["accepted"]
    mall.devices[device].breaks("printer")
    began = Clock().now()
    send(mall, device, "printer", how)
    assert one_incident(mall, device, began) <= DECIDED
    at = mall.devices[device].asked_after(began)
    assert at is not None
    assert at - began <= POLLED
    assert counted(mall)["accepted"] == accepted + 1


def test_ten_traps_of_one_fault_are_one_incident_and_one_page(mall: TrapMall) -> None:
    mall.devices["ten"].breaks("printer")
    for _ in range(10):
        send(mall, "ten", "printer", "v1")
    last = Clock().now()
    until(lambda: mall.devices["ten"].asked_after(last - timedelta(seconds=1)), bool)
    until(lambda: mall.pages("ten"), lambda number: number >= 1)
    send(mall, "ten", "printer", "v2c")  # and once more while it lasts
    until(lambda: mall.devices["ten"].asked_after(last), bool)
    decided = Clock().now() + timedelta(seconds=1)  # by then: it is polled every second, and its fault is there
    until(lambda: mall.devices["both"].asked_after(decided), bool)
    assert len(mall.incidents("ten")) == 1
    assert mall.pages("ten") == 1


def test_a_fault_that_trap_and_ordinary_poll_both_see_is_one_incident_and_one_page(mall: TrapMall) -> None:
    """`both` is polled every second."""
    mall.devices["both"].breaks("printer")
    for _ in range(3):
        send(mall, "both", "printer", "v2c")
    until(lambda: mall.pages("both"), lambda number: number >= 1)
    told = Clock().now()
    until(lambda: mall.devices["both"].asked_after(told + timedelta(seconds=2)), bool)
    assert len(mall.incidents("both")) == 1
    assert mall.pages("both") == 1


def test_what_is_refused_is_counted_and_asks_for_nothing(mall: TrapMall) -> None:
    down, failed, v2 = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.5", ("-v2c", "-c", COMMUNITY)
    whom, before = mall.devices["printer-v2c"], counted(mall)
    began = Clock().now()
    throw(mall, failed, *v2, source=whom.address)
    throw(mall, down, "-v2c", "-c", "outside", source=whom.address)
    throw(mall, down, "-v3", "-u", USER, "-lnoAuthNoPriv", "-e8000000001020304", source=whom.address)
    throw(mall, down, *v2, source="127.61.0.77")
    wanted = {"authentication_failure": 1, "wrong_credentials": 2, "unknown_sender": 1}
    until(lambda: counted(mall) - before, lambda new: new == wanted)
    assert whom.asked_after(began, telemetry=False) is None
    for _ in range(15):
        throw(mall, down, *v2, source=whom.address)
    until(lambda: counted(mall) - before, lambda new: new["limited"] >= 1)
    assert whom.asked_after(began) is not None
