"""Exact counts: of any number of requests at once, over any number of processes, N pass.

The `limits` library counts in one script that runs inside REDIS_URL. Windows move: N requests are
N in any hour, not in the hour of a clock. The time is that of the web process's machine.
"""

import logging
import math
import time
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.retry import Retry

from processing.breaker import Breaker

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 1
PAUSE_SECONDS = 5
"""How long a server that has not answered is left alone."""


class LimiterUnavailable(Exception):
    """Nobody can say how often something has been asked for."""


@dataclass(frozen=True)
class Count:
    """Where a limit stands after one more request."""

    limit: RateLimitItem
    allowed: bool
    remaining: int
    reset_seconds: int
    """Until the oldest request that counts does so no longer."""


class Limiter:
    """Counts in the server at `url`, and asks it nothing for a while after it has not answered."""

    def __init__(self, url: str) -> None:
        storage = RedisStorage(
            url,
            key_prefix="rate",
            wrap_exceptions=True,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            # A connection may have gone stale. To wait for an answer twice would take too long.
            retry=Retry(NoBackoff(), 1, (Disconnected,)),  # type: ignore[arg-type]  # for redis-py
        )
        self._window = MovingWindowRateLimiter(storage)
        self._breaker = Breaker(PAUSE_SECONDS)

    def hit(self, limit: RateLimitItem, *key: str) -> Count:
        """Count one request. Raises LimiterUnavailable."""
        if self._breaker.refuses():
            raise LimiterUnavailable
        try:
            count = self._hit(limit, *key)
        except StorageError as error:
            self._breaker.failed()
            logger.warning("The rate limits cannot be counted: %s", error.storage_error)
            raise LimiterUnavailable from error
        self._breaker.answered()
        return count

    def _hit(self, limit: RateLimitItem, *key: str) -> Count:
        allowed = self._window.hit(limit, *key)
        stats = self._window.get_window_stats(limit, *key)
        seconds = math.ceil(stats.reset_time - time.time())
        return Count(
            limit,
            allowed,
            max(0, stats.remaining) if allowed else 0,
            min(max(1, seconds), limit.get_expiry()),
        )


@cache
def limiter() -> Limiter:
    """The one of this process."""
    return Limiter(settings.REDIS_URL)
