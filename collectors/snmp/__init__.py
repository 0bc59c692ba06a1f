"""SNMP: profiles, decoding, polling."""
