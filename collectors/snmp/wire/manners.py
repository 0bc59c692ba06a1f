"""What a device has taught us about asking it: how much it can answer at once. Pure."""

from dataclasses import dataclass

MANY = 1 << 16  # no bound


@dataclass(slots=True)
class Manners:
    """Bounds learnt of one device, kept between its polls. They only fall, but for what was guessed from silence.

    `oids` of a GET, `varbinds` of a GETBULK's reply, `repetitions` of a GETBULK; `guessed` are repetitions too, learnt
    from answers that did not come: a lost datagram looks the same, so `forget` them now and then.
    """

    oids: int = MANY
    varbinds: int = MANY
    repetitions: int = MANY
    guessed: int = MANY

    def bulk(self, columns: int, *, repetitions: int, varbinds: int) -> tuple[int, int]:
        """Return how many of `columns` to ask at once and with how many repetitions, within the caller's bounds."""
        room = min(varbinds, self.varbinds)
        width = max(1, min(columns, room))
        return width, max(1, min(repetitions, self.repetitions, self.guessed, room // width))

    def too_big(self, width: int, repetitions: int) -> bool:
        """Learn that the answer to so much did not fit; return whether less can be asked."""
        if repetitions > 1:
            self.repetitions = repetitions // 2
        elif width > 1:
            self.varbinds = width // 2
        return repetitions > 1 or width > 1

    def repeated(self, repetitions: int, repeats: int) -> None:
        """Learn that an answer came only after so many repeats, each of which asked for half as much."""
        if repeats and repetitions > 1:
            self.guessed = min(self.guessed, max(1, repetitions >> repeats))

    def silent(self, repetitions: int) -> None:
        """Learn that a device, which had just answered, did not answer this and its repeat."""
        if repetitions > 1:
            self.guessed = min(self.guessed, max(1, repetitions >> 2))

    def forget(self) -> None:
        """Drop what was only guessed."""
        self.guessed = MANY
