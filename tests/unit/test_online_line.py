"""Whose the socket of an exchange is."""

import socket

import pytest

from collectors.online.budget import Budget
from collectors.online.line import Line


def test_a_line_whose_time_is_over_is_still_closed() -> None:
    ours, theirs = socket.socketpair()
    line = Line(ours, Budget(clock=lambda: 10.0, deadline=9.0, limit=1))
    with theirs:
        with pytest.raises(TimeoutError):
            line.hand_over()
        line.close()
        assert ours.fileno() == -1
        assert theirs.recv(1) == b""
