"""`mppmon doctor`: asks everything that has to be in order, each within its own deadline, and names a cure for what is
not.

One file per family of checks; each asks at its edge and judges in pure functions. What cannot be told is said so.
"""
