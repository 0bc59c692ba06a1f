"""The mall as pure rules: model, principal, calendar, health, topology, impact, uptime.

No I/O, no clock, no third party.
"""
