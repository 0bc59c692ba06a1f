"""The promises of the design, in virtual time."""
