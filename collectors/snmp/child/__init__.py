"""The child process that speaks SNMPv3 and takes traps and informs, by pysnmp; it runs only where one is configured.

`process` is the daemon's side and imports no pysnmp; `python -m collectors.snmp.child` the other. Between them go lines
of JSON, each at most `lines.LIMIT` octets (docs/adr, "SNMPv3 and traps in a child").
"""
