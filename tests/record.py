"""What clients were answered, and what was wrong with it: the oracle's memory.

Every Client of one service notes its answers here. What a single answer can show to be wrong is
found as it is noted; what only rows and objects show, tests/oracle.py asks afterwards.
"""

import base64
import hashlib
import io
import json
import re
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import requests
from PIL import Image, ImageStat

ORDER = {"pending": 0, "processing": 1, "completed": 2, "failed": 2}
ADDRESS = re.compile(r"/api/(?:v1/)?(images|renditions)/([0-9a-f-]{36})/")
ABOUT_PICTURES = re.compile(r"/(images|renditions)/")
SECRETS = ("access", "refresh", "key", "token")
NEAR = 24
"""How far the mean of a result may be from its user's colour; those are 64 apart."""


class Seen(NamedTuple):
    """How far a rendition was seen to be, and when the first answer that said so had arrived."""

    state: str
    at: float


class Record:
    """The answers of one service, since the last `forget()`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.secrets: set[str] = set()
        self.users: dict[str, int] = {}
        self.forget()

    def forget(self) -> None:
        """Begin anew, but for the secrets: those must stay out of the logs for good."""
        self.accepted: dict[str, str] = {}
        """Image -> SHA-256 of what was uploaded, for every 2xx."""
        self.deleted: set[str] = set()
        self.refused: set[str] = set()
        """Images of which their owner was told that they have expired or are not there."""
        self.asked_again: set[str] = set()
        self.wrong: list[str] = []
        self.coloured: set[str] = set()
        self._owner: dict[str, str] = {}
        self._image_of: dict[str, str] = {}
        self._hashes: dict[str, set[str]] = defaultdict(set)
        self._served: dict[str, str] = {}
        self._expires: dict[str, datetime | None] = {}
        self._seen: dict[str, Seen] = {}

    def colour(self, user: str) -> tuple[int, int, int]:
        """A colour no other of this service's first 64 users has in its pictures."""
        number = self.users.setdefault(user, len(self.users)) % 64
        return (32 + number % 4 * 64, 32 + number // 4 % 4 * 64, 32 + number // 16 * 64)

    def uploaded(self, answer: requests.Response, picture: bytes, *, coloured: bool) -> None:
        """Note the bytes behind an upload that was accepted."""
        if not answer.ok:
            return
        with self._lock:
            image, digest = answer.json()["id"], hashlib.sha256(picture).hexdigest()
            self.accepted[image] = digest
            self._hashes[digest].add(self._owner.get(image, ""))
            if coloured:
                self.coloured.add(image)

    def note(self, answer: requests.Response, begun: float, user: str, *, body: bool) -> None:
        """Note one answer; `begun` is when it was asked for, by time.monotonic()."""
        method, url = answer.request.method, answer.url.partition("?")[0]
        with self._lock:
            if answer.status_code >= 500 and not self._excused(answer, url):
                self.wrong.append(f"I9 {method} {url}: {answer.status_code} {answer.text[:200]}")
            who = bearer(answer)
            self._note_secrets(answer)
            found = ADDRESS.search(url)
            if found:
                self._note_fate(answer, found, who)
            if answer.ok and method == "DELETE" and url.endswith("/accounts/me/"):
                self.deleted |= {image for image, owner in self._owner.items() if owner == who}
            if not body or not answer.ok:
                return
            kind = answer.headers.get("Content-Type", "")
            if found and kind.startswith("image/") and method == "GET":
                self._note_bytes(answer, begun, who, user)
            elif "Idempotency-Replayed" in answer.headers:
                return  # that is how it was, and is so told
            elif kind.startswith("application/json") and ABOUT_PICTURES.search(url):
                made = who if method == "POST" and url.endswith("/images/") else None
                self._note_states(answer.json(), begun, made)

    @staticmethod
    def _excused(answer: requests.Response, url: str) -> bool:
        if answer.status_code == 503 and "/health/" in url:
            return True
        return answer.status_code in (503, 507) and "Retry-After" in answer.headers

    def _note_secrets(self, answer: requests.Response) -> None:
        link = re.search(r"X-Amz-Signature=([0-9a-f]+)", answer.headers.get("Location", ""))
        if link:
            self.secrets.add(link[1])
        if "/accounts/" in answer.url and answer.ok and answer.content.startswith(b"{"):
            body = answer.json()
            self.secrets.update(v for k in SECRETS if isinstance(v := body.get(k), str) and v)

    def _note_fate(self, answer: requests.Response, found: re.Match[str], who: str | None) -> None:
        """I6: nobody is told of another's picture. Remember deletions and new tries."""
        image = self._image_of.get(found[2], found[2])
        method, owner = answer.request.method, self._owner.get(image)
        if owner and who and who != owner and answer.ok:
            self.wrong.append(f"I6 {method} {answer.url}: {answer.status_code} to another user")
        if who == owner and found[1] == "images":
            if method == "DELETE" and answer.ok:
                self.deleted.add(image)
            if answer.status_code in (404, 410):
                self.refused.add(image)
            if method == "POST":
                self.asked_again.add(image)

    def _note_bytes(
        self, answer: requests.Response, begun: float, who: str | None, user: str
    ) -> None:
        """I3: one result. I6: one's own colour and bytes. I7: nothing that was seen to expire."""
        url = answer.url.partition("?")[0]
        pk = ADDRESS.findall(url)[0][1]
        image = self._image_of.get(pk, pk)
        digest = hashlib.sha256(answer.content).hexdigest()
        owners = self._hashes.get(digest)
        if owners and who and who not in owners:
            self.wrong.append(f"I6 {url}: the bytes of another's original")
        if image in self.coloured and not has_colour(answer.content, self.colour(user)):
            self.wrong.append(f"I6 {url}: not the colour of {user}")
        if image not in self.asked_again and self._served.setdefault(url, digest) != digest:
            self.wrong.append(f"I3 {url}: other bytes than before")
        expires = self._expires.get(image)
        asked = datetime.now(UTC) - timedelta(seconds=time.monotonic() - begun)
        if expires and asked > expires:
            self.wrong.append(f"I7 {url}: asked for at {asked}, served after {expires}")

    def _note_states(self, body: Any, begun: float, uploader: str | None) -> None:
        """I8: states only move forward. Remember whose each picture is and when it goes."""
        for one in parts(body):
            if "expires_at" in one and "original_url" in one:
                moment = one["expires_at"]
                self._expires[one["id"]] = datetime.fromisoformat(moment) if moment else None
                if uploader:
                    self._owner[one["id"]] = uploader
            elif "pipeline" in one and one.get("status") in ORDER:
                self._image_of[one["id"]] = str(one["image"])
                self._note_state(one, begun)

    def _note_state(self, rendition: dict[str, Any], begun: float) -> None:
        pk, state, now = rendition["id"], rendition["status"], time.monotonic()
        before = self._seen.setdefault(pk, Seen(state, now))
        anew = before.state == "failed" and str(rendition["image"]) in self.asked_again
        if anew or ORDER[state] > ORDER[before.state]:
            self._seen[pk] = Seen(state, now)
        elif state != before.state and begun > before.at:
            self.wrong.append(f"I8 rendition {pk}: {before.state}, then {state}")


records: dict[str, Record] = defaultdict(Record)
"""By the address of the service."""


def bearer(answer: requests.Response) -> str | None:
    """Whose access token the request showed, unproven; None when it showed none."""
    token = str(answer.request.headers.get("Authorization", "")).partition("Bearer ")[2]
    try:
        claims = token.split(".")[1]
        return str(json.loads(base64.urlsafe_b64decode(claims + "=="))["sub"])
    except (IndexError, ValueError, KeyError):
        return None


def parts(body: Any) -> list[dict[str, Any]]:
    """Every object with an id, however deep."""
    if isinstance(body, list):
        return [part for item in body for part in parts(item)]
    if not isinstance(body, dict):
        return []
    inner = [part for value in body.values() for part in parts(value)]
    return [body, *inner] if "id" in body else inner


def has_colour(data: bytes, colour: tuple[int, int, int]) -> bool:
    """Whether this picture is, on the whole, of that colour."""
    with Image.open(io.BytesIO(data)) as image:
        means = ImageStat.Stat(image.convert("RGB")).mean
    return all(abs(mean - wanted) < NEAR for mean, wanted in zip(means, colour, strict=True))
