"""The page: what was said is there, once, and nothing stale."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from collectors.observation import Observation, Outcome
from mppmon.exporter import Exporter, SelfMetrics
from mppmon.mall.model import Delivery, State
from tests.unit.exporter_samples import HOUSE, PRINTER, Page, device, page, seen
from tests.unit.mall_samples import mall

JAM = ("mppmon_printer_error", (("error", "jammed"),), 1.0)
PAGES = ("mppmon_printer_pages_total", (), 1234.0)
UPTIME = ("mppmon_device_uptime_seconds", (), 5.5)


def exporter() -> Exporter:
    made = Exporter("mall")
    made.inventory(HOUSE)
    return made


def of(found: Page, *names: str) -> Page:
    return {key: value for key, value in found.items() if key[0] in names}


def test_a_sample_carries_site_device_kind_agency_and_its_own_labels() -> None:
    made = exporter()
    made.observed(seen("p1:telemetry", JAM, PAGES))
    found = page(made)
    assert found["mppmon_printer_error", device({"error": "jammed"})] == 1.0
    assert found["mppmon_printer_pages_total", device()] == 1234.0
    assert found["mppmon_check_seconds", device({"check": "telemetry"})] == 0.25
    assert found["mppmon_check_outcome", device({"check": "telemetry", "outcome": "ok"})] == 1.0


def test_a_family_has_its_help_and_type_once_above_all_its_samples() -> None:
    made = exporter()
    made.observed(seen("p1:telemetry", PAGES))
    made.observed(seen("cp1:telemetry", PAGES))
    lines = made.render().decode().splitlines()
    at = lines.index("# TYPE mppmon_printer_pages_total counter")
    assert lines[at - 1].startswith("# HELP mppmon_printer_pages_total ")
    assert [line.partition("{")[0] for line in lines[at + 1 : at + 3]] == ["mppmon_printer_pages_total"] * 2


def test_a_new_value_replaces_the_old_one() -> None:
    made = exporter()
    made.observed(seen("p1:telemetry", PAGES))
    page(made)
    made.observed(seen("p1:telemetry", ("mppmon_printer_pages_total", (), 1235.0)))
    assert of(page(made), "mppmon_printer_pages_total") == {("mppmon_printer_pages_total", device()): 1235.0}


def test_a_failed_check_shows_its_outcome_and_no_stale_value() -> None:
    made = exporter()
    made.observed(seen("p1:telemetry", JAM, PAGES, texts=(("vendor", "Epson"),)))
    page(made)
    made.observed(seen("p1:telemetry", outcome=Outcome.TIMEOUT))
    found = page(made)
    assert {name for name, labels in found if ("device", "p1") in labels} == {
        "mppmon_check_outcome",
        "mppmon_device_reach",
        "mppmon_device_function",
    }
    assert of(found, "mppmon_check_outcome") == {
        ("mppmon_check_outcome", device({"check": "telemetry", "outcome": "timeout"})): 1.0
    }
    made.observed(seen("p1:telemetry", JAM))
    assert page(made)["mppmon_printer_error", device({"error": "jammed"})] == 1.0


def test_why_a_check_failed_is_shown_until_it_does_not() -> None:
    made = exporter()
    failed = seen("p1:telemetry", outcome=Outcome.INVALID)
    for reason in ("certificate-expired", "too-slow"):
        made.observed(replace(failed, reason=reason))
        assert of(page(made), "mppmon_check_reason") == {
            ("mppmon_check_reason", device({"check": "telemetry", "reason": reason})): 1.0
        }
    made.observed(seen("p1:telemetry", JAM))
    assert of(page(made), "mppmon_check_reason") == {}


def test_another_answer_than_the_wanted_one_shows_its_own_samples_and_no_older_ones() -> None:
    made = exporter()
    made.observed(seen("p1:telemetry", JAM, PAGES))
    made.observed(seen("p1:telemetry", JAM, outcome=Outcome.UNEXPECTED))
    found = page(made)
    assert found["mppmon_printer_error", device({"error": "jammed"})] == 1.0
    assert not of(found, "mppmon_printer_pages_total")
    made.observed(seen("p1:telemetry", JAM, outcome=Outcome.TIMEOUT))
    assert not of(page(made), "mppmon_printer_error")


def test_a_family_given_by_two_checks_of_a_device_is_shown_once() -> None:
    made = exporter()
    made.observed(seen("p1:telemetry", UPTIME))
    made.observed(seen("p1:liveness", ("mppmon_device_uptime_seconds", (), 7.0)))
    key = ("mppmon_device_uptime_seconds", device())
    assert page(made)[key] == 5.5
    made.observed(seen("p1:telemetry", outcome=Outcome.TIMEOUT))
    assert page(made)[key] == 7.0


def test_parts_are_devices_of_their_own_and_vanish_when_their_pc_no_longer_speaks_for_them() -> None:
    made = exporter()
    part = seen("cp1:telemetry", JAM)
    made.observed(seen("pc1:telemetry", parts=(part,)))
    key = ("mppmon_printer_error", device({"error": "jammed"}, "cp1", "card-printer"))
    assert page(made)[key] == 1.0
    made.observed(seen("pc1:telemetry", outcome=Outcome.TIMEOUT))
    left = {name for name, labels in page(made) if ("device", "cp1") in labels}
    assert left == {"mppmon_device_reach", "mppmon_device_function"}
    made.observed(seen("pc1:telemetry", outcome=Outcome.TIMEOUT))
    made.observed(seen("pc1:telemetry", parts=(part,)))
    assert page(made)[key] == 1.0


def test_the_devices_own_words_are_only_in_info_and_harmless() -> None:
    made = exporter()
    made.observed(seen("p1:telemetry", texts=(("vendor", 'Ep"son\\'), ("model", "a\nb"), ("sysdescr", "secret"))))
    found = of(page(made), "mppmon_device_info")
    assert found == {("mppmon_device_info", device({"vendor": 'Ep"son\\', "model": "a\nb", "serial": ""})): 1.0}
    assert b"secret" not in made.render()
    made.observed(seen("p1:telemetry", texts=(("vendor", "Epson"),)))
    assert of(page(made), "mppmon_device_info") == {
        ("mppmon_device_info", device({"vendor": "Epson", "model": "", "serial": ""})): 1.0
    }


def test_states_of_a_device() -> None:
    made = exporter()
    reach = {state: ("mppmon_device_reach", device({"state": state})) for state in ("up", "down", "unknown")}
    down = ("mppmon_device_down", device())
    found = page(made)
    assert [found[key] for key in reach.values()] == [0.0, 0.0, 1.0]
    assert down not in found
    made.device("p1", State.UP, State.DOWN)
    found = page(made)
    assert [found[key] for key in reach.values()] == [1.0, 0.0, 0.0]
    assert found["mppmon_device_function", device({"state": "down"})] == 1.0
    assert found[down] == 0.0
    made.device("p1", State.DOWN, State.DOWN)
    assert page(made)[down] == 1.0
    made.device("p1", State.UNKNOWN, State.UNKNOWN)
    assert down not in page(made)


def test_services_citizens_line_and_incidents() -> None:
    made = exporter()
    here = {"site": "mall", "service": "ktp", "counter": "a1", "agency": "dukcapil"}
    assert page(made)["mppmon_service_citizens_per_hour", frozenset(here.items())] == 12.0
    made.delivery("ktp", "a1", Delivery.INTERRUPTED)
    made.blind(cut=True)
    made.incidents(3, 2)
    found = page(made)
    states = {dict(labels)["state"]: value for (_, labels), value in of(found, "mppmon_service_delivery").items()}
    assert states == {"delivered": 0.0, "degraded": 0.0, "interrupted": 1.0, "unknown": 0.0}
    assert found["mppmon_site_blind", frozenset({("site", "mall")})] == 1.0
    assert found["mppmon_incidents_open", frozenset({("site", "mall"), ("status", "acknowledged")})] == 2.0


def test_what_the_inventory_does_not_know_is_not_shown() -> None:
    made = exporter()
    made.observed(seen("stranger:telemetry", PAGES))
    made.device("stranger", State.UP, State.UP)
    made.delivery("ktp", "z9", Delivery.DELIVERED)
    assert b"stranger" not in made.render()
    assert b"z9" not in made.render()


def test_a_new_inventory_keeps_what_stays_and_drops_what_is_gone() -> None:
    made = exporter()
    made.device("p1", State.UP, State.UP)
    made.blind(cut=False)
    made.observed(seen("p1:telemetry", PAGES))
    made.observed(seen("pc1:telemetry", UPTIME))
    for rendered in (True, False):
        if rendered:
            page(made)
        made.inventory(mall([PRINTER]))
        found = page(made)
        assert found["mppmon_printer_pages_total", device()] == 1234.0
        assert found["mppmon_device_reach", device({"state": "up"})] == 1.0
        assert found["mppmon_site_blind", frozenset({("site", "mall")})] == 0.0
        assert not [labels for _, labels in found if ("device", "pc1") in labels or ("service", "ktp") in labels]


def test_the_daemon_about_itself_comes_after_it() -> None:
    registry = CollectorRegistry()
    SelfMetrics(registry).missed("report")
    found = page(Exporter("mall", registry))
    assert found["mppmon_daemon_missed_runs_total", frozenset({("job", "report")})] == 1.0


CHECKS = st.sampled_from(["p1:telemetry", "p1:liveness", "pc1:telemetry", "cp1:telemetry", "stranger:telemetry"])
SAMPLES = st.lists(
    st.tuples(
        st.sampled_from(["mppmon_printer_pages_total", "mppmon_device_uptime_seconds", "mppmon_printer_error", "up"]),
        st.lists(st.tuples(st.sampled_from(["error", "site", "x"]), st.text(max_size=3)), max_size=2).map(tuple),
        st.floats(),
    ),
    max_size=4,
)
OBSERVED = st.builds(
    lambda check, samples, outcome, parts: seen(check, *samples, outcome=outcome, parts=parts),
    CHECKS,
    SAMPLES,
    st.sampled_from([Outcome.OK, Outcome.OK, Outcome.TIMEOUT, Outcome.LOCAL]),
    st.just(()) | st.tuples(SAMPLES.map(lambda samples: seen("cp1:telemetry", *samples))),
)


@given(st.lists(OBSERVED | st.none(), max_size=12))
def test_a_page_made_in_steps_is_the_page_made_at_once(told: list[Observation | None]) -> None:
    """None is a scrape in between. Whatever is told, the page is valid and depends only on what was told."""
    stepwise, at_once = exporter(), exporter()
    for one in told:
        if one is None:
            page(stepwise)
        else:
            stepwise.observed(one)
            at_once.observed(one)
    assert sorted(stepwise.render().splitlines()) == sorted(at_once.render().splitlines())
    page(stepwise)
