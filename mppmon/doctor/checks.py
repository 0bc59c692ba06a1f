"""All checks, in the order of the report."""

from mppmon.doctor import (
    configuration,
    daemon,
    database,
    deploy,
    devices,
    disk,
    line,
    machine,
    mail,
    names,
    ping,
    place,
    roster,
    telegram,
    timekeeping,
    traps,
    trial,
    versions,
)
from mppmon.doctor.examine import Check

_SETTINGS, _MACHINE, _STATE, _DAEMON, _PEOPLE, _NETWORK, _DEVICES = (
    "Configuration",
    "This machine",
    "Database",
    "Daemon",
    "People and channels",
    "Network",
    "Devices",
)

CHECKS = (
    Check(_SETTINGS, "configuration", configuration.check_configuration),
    Check(_SETTINGS, "secret files", configuration.check_secrets),
    Check(_DAEMON, "daemon", daemon.check_daemon),
    Check(_DAEMON, "service", deploy.check_service),
    Check(_DAEMON, "port", machine.check_port),
    Check(_DAEMON, "traps", traps.check_traps),
    Check(_STATE, "state directory", place.check_place),
    Check(_STATE, "database", database.check_database, seconds=8.0),
    Check(_STATE, "database lock", database.check_lock),
    Check(_STATE, "disk", disk.check_disk),
    Check(_STATE, "backup", deploy.check_backup),
    Check(_MACHINE, "versions", versions.check_versions),
    Check(_MACHINE, "ping", ping.check_ping),
    Check(_MACHINE, "clock", timekeeping.check_clock),
    Check(_MACHINE, "file descriptors", machine.check_descriptors),
    Check(_MACHINE, "memory", machine.check_memory),
    Check(_NETWORK, "names (DNS)", names.check_names, seconds=7.0, network=True),
    Check(_NETWORK, "uplink", line.check_line, seconds=8.0, network=True),
    Check(_NETWORK, "clock by the internet", timekeeping.check_outside, network=True),
    Check(_PEOPLE, "duty", roster.check_roster),
    Check(_PEOPLE, "mail", mail.check_mail, seconds=8.0, network=True),
    Check(_PEOPLE, "telegram bot", telegram.check_telegram, seconds=10.0, network=True),
    Check(_PEOPLE, "test message", trial.check_trial, seconds=10.0),
    Check(_DEVICES, "agents of counter PCs", devices.check_agents, seconds=10.5, network=True),
    Check(_DEVICES, "SNMP devices", devices.check_snmp, seconds=10.5, network=True),
    Check(_DEVICES, "SNMPv3 devices", devices.check_snmp_v3, seconds=10.5, network=True),
    Check(_DEVICES, "UPSes by NUT", devices.check_nut, seconds=10.5, network=True),
)
"""`seconds` of the slowest, with the three before it (`visit`), stay below fifteen."""
