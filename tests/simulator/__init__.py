"""What tests of, and with, the simulator share."""
