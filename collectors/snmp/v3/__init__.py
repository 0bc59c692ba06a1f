"""SNMPv3: `wire` is asked in the daemon, `devices` asks in the child process, by pysnmp."""
