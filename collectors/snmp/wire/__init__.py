"""SNMP v1 and v2c on the wire: a strict codec (pure) and one asyncio socket per address family."""
