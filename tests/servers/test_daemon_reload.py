"""The configuration changes under a daemon at work: what stays goes on, what is gone ends, bad changes nothing."""

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import yaml

from mppmon import control
from mppmon.mall.principal import SYSTEM
from mppmon.state import control_socket
from mppmon.store import Store
from mppmon.store.paths import database_url
from tests.servers.daemon_process import Line, daemon, until
from tests.stories.house import LATER, MONDAY

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with daemon(tmp_path_factory.mktemp("reload")) as running:
        yield running


def edit(line: Line, file: str, **changes: Any) -> None:  # noqa: ANN401  # what YAML holds
    """Change values of a file, by `device__key` paths below its collection."""
    path = line.config / file
    whole = yaml.safe_load(path.read_text("utf-8"))
    for place, value in changes.items():
        *parents, last = place.split("__")
        below = whole[file.removesuffix(".yaml")]
        for one in parents:
            below = below[one]
        if value is None:
            del below[last]
        else:
            below[last] = value
    path.write_text(yaml.safe_dump(whole, allow_unicode=True), "utf-8")


def history(line: Line, subject: str) -> list[str]:
    """Return the states a subject went through."""
    with Store.open(database_url(line.state), read_only=True) as store:
        found = store.transitions(SYSTEM, start=MONDAY - LATER, end=MONDAY + LATER * 9, subjects=(subject,))
    return [one.new for one in found]


def metrics(line: Line) -> str:
    """Return what Prometheus would scrape."""
    return control.request(control_socket(line.state), "GET", "/metrics", timeout=10).text


def test_a_hundred_reloads_under_load_lose_nothing(line: Line) -> None:
    line.control.begin("power-off", "printer")
    until(line.mails, bool)
    (incident,) = line.status()["incidents"]
    line.run("ack", str(incident["number"]))
    before = line.status()["incidents"]
    for number in range(100):
        edit(line, "devices.yaml", finger__name=f"Pembaca sidik jari {number}")
        answer = control.request(control_socket(line.state), "POST", "/api/v1/config/reload", timeout=30)
        assert answer.json()["done"], answer.text
        assert [one["name"] for one in answer.json()["plan"]["lines"]] == ["finger"]
    assert line.status()["incidents"] == before
    line.control.mend()
    until(line.status, lambda view: not view["incidents"])
    until(line.mails, lambda found: len(found) == 3)
    texts = [one["text"].splitlines()[0] for one in line.mails()]
    assert [text[:2].strip() for text in texts] == ["🔴", "🔴", "✅"], "one page, one acknowledgement, one end"
    assert history(line, "ktp@a1") == ["delivered"], "no reload made anything unknown"
    assert history(line, "kk@a1") == ["delivered", "interrupted", "delivered"]


def api(line: Line, method: str, path: str) -> Any:  # noqa: ANN401  # JSON
    return control.request(control_socket(line.state), method, f"/api/v1/{path}", timeout=30).json()


def test_a_profile_of_the_mall_is_taken_over_by_a_reload_and_a_bad_one_is_not(line: Line) -> None:
    def identity() -> Any:  # noqa: ANN401  # JSON
        return api(line, "POST", "devices/printer/poll")["identity"]

    before = api(line, "GET", "status")["revision"]
    devices, folder = (line.config / "devices.yaml").read_text("utf-8"), line.config / "profiles"
    folder.mkdir()
    mine = "version: 1\nname: mine\ntitle: Our printers\nkind: printer\nextends: [printer]\nrank: 99\n"
    (folder / "mine.yaml").write_text(mine)
    edit(line, "devices.yaml", printer__snmp__profile="mine")
    first = api(line, "POST", "config/reload")
    assert first["done"], first
    assert identity()["profile"] == "mine"
    (folder / "mine.yaml").write_text(mine.replace("rank: 99", "rank: high"))
    refused = api(line, "POST", "config/reload")
    assert [(one["file"], one["line"], one["key"]) for one in refused["problems"]] == [
        ("profiles/mine.yaml", 6, "rank")
    ]
    assert api(line, "GET", "status")["revision"] == first["plan"]["after"] != before
    assert identity()["profile"] == "mine"
    (folder / "mine.yaml").write_text(mine.replace("kind: printer", "kind: receipt-printer"))
    (changed,) = api(line, "POST", "config/reload")["plan"]["lines"]
    assert (changed["what"], changed["name"], changed["field"]) == ("profile", "mine", "kind")
    assert identity()["kind"] == "receipt-printer"
    (folder / "mine.yaml").unlink()
    folder.rmdir()
    (line.config / "devices.yaml").write_text(devices, "utf-8")
    assert api(line, "POST", "config/reload")["plan"]["after"] == before


def test_a_bad_configuration_changes_nothing_and_says_where(line: Line) -> None:
    good = (line.config / "devices.yaml").read_text("utf-8")
    revision = line.status()["revision"]
    edit(line, "devices.yaml", printer__kind="prnter")
    said = line.run("reload", status=2)
    assert "devices.yaml:" in said
    assert "did you mean 'printer'?" in said
    assert "nothing was changed" in said
    assert line.run("diff", status=2)
    view = line.status()
    assert (view["revision"], view["rejected"]) == (revision, 1)
    page = requests.get(f"http://127.0.0.1:{line.port}/", timeout=10).text
    assert "Pengaturan yang diubah memuat 1 kesalahan; yang lama tetap dipakai" in page
    (line.config / "devices.yaml").write_text(good, "utf-8")
    assert "no difference" in line.run("reload")
    assert line.status()["rejected"] == 0


def test_diff_shows_what_a_hangup_takes_over(line: Line) -> None:
    assert "no difference" in line.run("diff")
    edit(line, "devices.yaml", core__name="Switch lantai 1", printer__snmp__timeout=1.5)
    said = line.run("diff", status=1).splitlines()
    assert said[0] == "~ device core name: Switch inti -> Switch lantai 1"
    assert said[1].startswith("~ device printer snmp.timeout:")
    found = json.loads(line.run("diff", str(line.config), "--json", status=1))
    assert [one["name"] for one in found["plan"]["lines"]] == ["core", "printer"]
    line.process.send_signal(signal.SIGHUP)
    until(line.status, lambda view: view["revision"] == found["plan"]["after"])
    assert "no difference" in line.run("diff")


def test_a_removed_device_closes_its_incident_and_a_new_one_is_asked(line: Line) -> None:
    line.control.begin("unplug", "finger")
    until(line.status, lambda view: view["incidents"])
    before = len(line.mails())
    devices = yaml.safe_load((line.config / "devices.yaml").read_text("utf-8"))["devices"]
    edit(line, "devices.yaml", finger=None, spare={**devices["printer"], "name": "Printer cadangan"})
    edit(line, "counters.yaml", a1__roles__finger=None)
    agencies = line.config / "agencies.yaml"
    agencies.write_text(agencies.read_text("utf-8").replace("finger", "printer"), "utf-8")
    said = line.run("reload")
    assert "- device finger" in said
    assert "+ device spare" in said
    assert "closed, because nothing watches their cause any more: #" in said
    told = until(line.mails, lambda found: len(found) > before)[-1]
    assert "tidak dipantau lagi" in told["text"]
    until(lambda: metrics(line), lambda page: 'device="spare",kind="printer",state="up"} 1' in page)
    until(lambda: metrics(line), lambda page: "finger" not in page)  # its computer is asked again
    line.control.mend()
    assert line.process.poll() is None


def test_a_channel_that_moved_is_used_where_it_is_now(line: Line) -> None:
    port = yaml.safe_load((line.config / "channels.yaml").read_text("utf-8"))["channels"]["surat"]["port"]
    edit(line, "channels.yaml", surat__port=9)  # nobody is there
    line.run("reload")
    before = len(line.mails())
    line.control.begin("power-off", "printer")
    until(line.status, lambda view: view["incidents"])
    edit(line, "channels.yaml", surat__port=port)
    line.run("reload")
    until(line.mails, lambda found: len(found) > before)
    line.control.mend()
    until(line.status, lambda view: not view["incidents"])


OWN = "version: 1\nname: ours\ntitle: Our printers\nkind: printer\nextends: [printer]\n"


def test_a_profile_is_tried_on_a_device_before_and_after_the_daemon_knows_it(line: Line) -> None:
    folder = line.config / "profiles"
    folder.mkdir()
    file = folder / "ours.yaml"
    file.write_text(OWN)
    before = line.run("profile", "try", str(file), "--device", "printer")
    assert before.startswith("ok in ")
    assert "by itself this device is read by profile" in before
    assert "give ours a sign" in before
    edit(line, "devices.yaml", printer__snmp__profile="ours")
    line.run("reload")
    after = json.loads(line.run("profile", "try", str(file), "--device", "printer", "--json"))
    assert (after["identity"]["profile"], after["chosen"], after["outcome"]) == ("ours", "ours", "ok")
    seen = {one["name"] for one in after["samples"]}
    assert "mppmon_printer_status" in seen
    assert after["not_found"]
    assert not seen & {one["metric"] for one in after["not_found"]}
    assert "did you mean 'printer'?" in line.refused("profile", "try", str(file), "--device", "printr")
    other = line.refused("profile", "try", str(file), "--device", "pc")
    assert "not asked by SNMP" in other
    line.control.begin("power-off", "printer")
    silent = line.run("profile", "try", str(file), "--device", "printer", status=1)
    assert silent.startswith("timeout")
    assert "not found" not in silent  # who is silent has not said what it lacks
    line.control.mend()
