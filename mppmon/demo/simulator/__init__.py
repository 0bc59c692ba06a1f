"""The simulated mall: one process that answers for every device of a plain list, and can be told to fail.

`python -m mppmon.demo.simulator` with the request as one JSON line on stdin; see `request`.
"""
