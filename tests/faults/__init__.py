"""Proven by faults: a real daemon is killed, starved and lied to, and an oracle counts what got lost (ADR 0024).

`python -m tests.faults` plays the rows of the table in docs/evidence/0004-faults.md; `--short` is what `make test` has.
"""
