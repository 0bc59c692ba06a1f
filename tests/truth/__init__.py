"""The recorded devices against what their recordings say: `python -m tests.truth` prints the counts."""
