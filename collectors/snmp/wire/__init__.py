"""SNMP v1 and v2c: codec and transport."""
