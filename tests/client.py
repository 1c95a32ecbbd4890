"""A small API client, as an app developer would write one."""

import base64
import io
import itertools
import json
import time
import uuid
from typing import Any

import numpy as np
import requests
from PIL import Image

from tests.record import records

_numbers = itertools.count()


class Client:
    """One user of the service at `base`; `token` is what it shows."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.token: str | None = None
        self.refresh_token = ""
        self.password = "correct-horse-battery"
        self.username = f"user-{uuid.uuid4().hex[:12]}-{next(_numbers)}"
        self.http = requests.Session()
        self.record = records[base]

    def register(self) -> "Client":
        """Open an account of its own."""
        answer = self.post(
            "/accounts/register/",
            json={
                "username": self.username,
                "email": f"{self.username}@example.com",
                "password": self.password,
            },
        )
        assert answer.status_code == 201, answer.text
        self.token = answer.json()["access"]
        self.refresh_token = answer.json()["refresh"]
        return self

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Any request, signed with the token."""
        headers = options.pop("headers", {})
        if self.token:
            headers = {"Authorization": f"Bearer {self.token}", **headers}
        url = path if path.startswith("http") else self.base + path
        options.setdefault("timeout", 60)
        begun = time.monotonic()
        answer = self.http.request(method, url, headers=headers, **options)
        self.record.note(answer, begun, self.username, body=not options.get("stream"))
        return answer

    def get(self, path: str, **options: Any) -> requests.Response:
        """GET."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        """POST."""
        return self.request("POST", path, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        """DELETE."""
        return self.request("DELETE", path, **options)

    def upload(
        self,
        picture: bytes,
        operations: Any = None,
        *,
        name: str = "photo.jpg",
        wait: int | None = 30,
        key: str | None = None,
        coloured: bool = False,
        **fields: Any,
    ) -> requests.Response:
        """Upload by form; values that are no strings are sent as JSON, `key` as a header.

        `coloured` says that the picture, and all that is made of it, has this user's colour.
        """
        if operations is not None:
            fields["operations"] = operations
        data = {k: v if isinstance(v, str) else json.dumps(v) for k, v in fields.items()}
        answer = self.post(
            "/api/v1/images/",
            files={"image": (name, picture)},
            data=data,
            headers=({"Prefer": f"wait={wait}"} if wait else {})
            | ({"Idempotency-Key": key} if key is not None else {}),
        )
        self.record.uploaded(answer, picture, coloured=coloured)
        return answer

    def picture(self, width: int = 160, height: int = 120) -> bytes:
        """A JPEG like no other, in this user's colour."""
        noise = np.random.default_rng().integers(-20, 20, (height, width, 1), endpoint=True)
        pixels = np.array(self.record.colour(self.username)) + noise
        target = io.BytesIO()
        Image.fromarray(pixels.clip(0, 255).astype("uint8")).save(target, "JPEG", quality=95)
        return target.getvalue()

    def upload_json(self, picture: bytes, **fields: Any) -> requests.Response:
        """Upload as JSON with base64."""
        body = {"image": base64.b64encode(picture).decode(), **fields}
        return self.post("/api/v1/images/", json=body, headers={"Prefer": "wait=30"})

    def done(self, url: str, seconds: float = 60) -> dict[str, Any]:
        """The image or rendition at `url` once it has come to an end."""
        deadline = time.monotonic() + seconds
        while True:
            body: dict[str, Any] = self.get(url).json()
            if body["status"] in ("completed", "failed"):
                return body
            assert time.monotonic() < deadline, f"still {body['status']} after {seconds} s"
            time.sleep(0.1)
