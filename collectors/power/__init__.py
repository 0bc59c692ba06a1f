"""UPSes on USB or a serial line, through the `upsd` of NUT (Network UPS Tools) on the computer they hang on."""
