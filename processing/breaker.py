"""Not asking again, for a moment, what has just not answered in time."""

import time
from threading import Lock


class Breaker:
    """Spares everybody the wait that one has had in vain.

    It is for what is slow to fail: a thread that waits seconds for a dead server is missing to
    all others. While it is open one caller in `pause` seconds is let through, to try for all.
    """

    def __init__(self, pause: float) -> None:
        self.pause = pause
        self._next_try: float | None = None
        self._lock = Lock()

    def refuses(self) -> bool:
        """Whether to give up at once."""
        with self._lock:
            now = time.monotonic()
            if self._next_try is None:
                return False
            if now < self._next_try:
                return True
            self._next_try = now + self.pause
            return False

    def failed(self) -> None:
        """There was no answer in time."""
        with self._lock:
            self._next_try = time.monotonic() + self.pause

    def answered(self) -> None:
        """There was one."""
        with self._lock:
            self._next_try = None
