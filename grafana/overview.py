"""The overview: what IT staff look at first, in the order of their questions.

What do citizens not get, where, since what broke, does somebody act, do we see at all, and what breaks tomorrow?
"""

from grafana.panels import (
    GREEN,
    GREY,
    ORANGE,
    RED,
    Json,
    Place,
    Query,
    bars,
    dashboard,
    fixed,
    label_variable,
    lines,
    named,
    stat,
    steps,
    table,
    words,
)

SITE = 'site=~"$site"'

SERVICES = stat(
    "Services at counters now",
    Place(x=0, y=0, w=8, h=8),
    [
        Query(f"sum by (state) (mppmon_service_delivery{{{SITE}}})", "{{state}}", instant=True),
        Query(
            f"sum(mppmon_service_citizens_per_hour{{{SITE}}}"
            f' * on (site, service, counter) mppmon_service_delivery{{{SITE}, state="interrupted"}})',
            "citizens an hour not served",
            instant=True,
        ),
    ],
    about="A service at a counter counts once. Unknown: we could not ask, so nobody knows. Look there yourself.",
    overrides=[
        named("interrupted", color=fixed(RED)),
        named("degraded", color=fixed(ORANGE)),
        named("unknown", color=fixed(GREY)),
        named("delivered", color=fixed(GREEN)),
        named("citizens an hour not served", color=fixed("text")),
    ],
)

WHERE = table(
    "Which services, where",
    Place(x=8, y=0, w=16, h=8),
    Query(
        f'(mppmon_service_delivery{{{SITE}, state=~"interrupted|degraded|unknown"}} == 1)'
        f" * on (site, service, counter) group_left () mppmon_service_citizens_per_hour{{{SITE}}}",
        instant=True,
        table=True,
    ),
    about="Most citizens first. `mppmon status` names the cause of each.",
    columns={
        "state": "State",
        "service": "Service",
        "counter": "Counter",
        "agency": "Agency",
        "site": "Mall",
        "Value": "Citizens an hour",
    },
    empty="Every service is delivered at every counter",
    sort="Citizens an hour",
)

DEVICES = lines(
    "Devices that cannot do their job, by kind",
    Place(x=0, y=8, w=12, h=8),
    [
        Query(f'sum by (kind) (mppmon_device_function{{{SITE}, state="down"}})', "{{kind}}"),
        Query(f'sum(mppmon_device_function{{{SITE}, state="unknown"}})', "unknown"),
    ],
    about="Down: it does not answer, or it answers but is blocked (paper jam, spooler stopped). "
    "Unknown: what it hangs on is down, or our own line is cut.",
    stacked=True,
    overrides=[named("unknown", color=fixed(GREY))],
)

ACTING = stat(
    "Incidents, and whether we see",
    Place(x=12, y=8, w=4, h=8),
    [
        Query(f"sum by (status) (mppmon_incidents_open{{{SITE}}})", "{{status}}", instant=True),
        Query(f"max(mppmon_site_blind{{{SITE}}})", "own line", instant=True),
        Query("sum(mppmon_daemon_outbox_pending)", "messages waiting", instant=True),
    ],
    about="Open: nobody has said yet that they act. Own line cut: online systems are unknown, nobody's downtime.",
    overrides=[
        named("open", color={"mode": "thresholds"}, thresholds=steps((None, GREEN), (1, RED))),
        named("acknowledged", color={"mode": "thresholds"}, thresholds=steps((None, GREEN), (1, ORANGE))),
        named("own line", mappings=words(_0=("up", GREEN), _1=("CUT", RED))),
        named("messages waiting", color={"mode": "thresholds"}, thresholds=steps((None, GREEN), (5, ORANGE))),
    ],
)

SUPPLIES = bars(
    "Supplies that run out first",
    Place(x=16, y=8, w=8, h=8),
    Query(
        f"sort(bottomk(10, mppmon_printer_supply_ratio{{{SITE}}}))",
        "{{device}}: {{type}} {{supply}}",
        instant=True,
    ),
    about="Of all printers. Waste containers show the room left. Printers that only say 'some left' are not here.",
    unit="percentunit",
    thresholds=steps((None, RED), (0.1, ORANGE), (0.25, GREEN)),
    empty="No printer tells its supplies",
)

MONITORING = lines(
    "The monitoring itself",
    Place(x=0, y=16, w=24, h=7),
    [
        Query("sum by (outcome) (rate(mppmon_daemon_polls_total[$__rate_interval]))", "polls: {{outcome}}"),
        Query(
            "histogram_quantile(0.99,"
            " sum by (le) (rate(mppmon_daemon_poll_lateness_seconds_bucket[$__rate_interval])))",
            "lateness, 99 of 100 checks",
        ),
    ],
    about="Polls a second by how they ended (left), and how late checks start (right, seconds; above 1 is too late).",
    overrides=[
        named(
            "lateness, 99 of 100 checks", unit="s", custom__axisPlacement="right", custom__lineWidth=2, color=fixed(RED)
        )
    ],
)


def overview() -> dict[str, Json]:
    """Return the dashboard."""
    return dashboard(
        "mppmon-overview",
        "mppmon: the mall now",
        [SERVICES, WHERE, DEVICES, ACTING, SUPPLIES, MONITORING],
        variables=[label_variable("site", "Mall", "mppmon_site_blind")],
        refresh="10s",
    )
