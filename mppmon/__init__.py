"""mppmon: the mall above the two pillars, and the daemon that watches it."""
