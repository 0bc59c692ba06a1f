"""Make a thing once, however many ask for it at the same time; keep the newest few."""

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Once(Generic[K, V]):
    """Made in a thread, so that the loop goes on. Lives in one loop; what failed is tried again when next asked for."""

    def __init__(self, make: Callable[[K], V], *, keep: int) -> None:
        self._make = make
        self._keep = keep
        self._made: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K) -> V:
        """Return what `make` returns for this key; its error is everybody's who waited."""
        task = self._made.get(key)
        if task is None:
            task = asyncio.create_task(asyncio.to_thread(self._make, key))
            self._made[key] = task
            task.add_done_callback(lambda done: self._forget_failed(key, done))
            while len(self._made) > self._keep:
                del self._made[next(iter(self._made))]
        return await asyncio.shield(task)  # a viewer that leaves takes nothing from the others

    def _forget_failed(self, key: K, done: "asyncio.Task[V]") -> None:
        if (done.cancelled() or done.exception() is not None) and self._made.get(key) is done:
            del self._made[key]
