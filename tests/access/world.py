"""The people of the access matrix, what they show, and the objects of one of them."""

import json
import uuid
from datetime import timedelta
from typing import Any

import urllib3
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import ApiKey
from accounts.services import create_key
from tests.access.endpoints import Endpoint
from tests.client import Client
from tests.pictures import file, gradient
from tests.stack import Stack, standing_in


class World:
    """Users and their credentials over a running stack; the owner has one object of each kind."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.http = urllib3.PoolManager(retries=False, timeout=60)
        self.owner = stack.user()
        self.user = stack.users.get(username=self.owner.username)
        self.credentials = {
            "owner": self.owner.token,
            "other": stack.user().token,
            "staff": self.superuser().token,
            "anonymous": None,
            "disabled": self.disabled().token,
            "expired": self.expired(),
            "key read": self.key("read").raw,
            "key write": self.key("write").raw,
        }
        self.objects: dict[str, str] = {}
        for kind in ("key", "image", "rendition"):
            self.renew(kind)
        stack.heartbeats.beat()

    def superuser(self) -> Client:
        user = self.stack.user()
        row = self.stack.users.filter(username=user.username)
        row.update(is_staff=True, is_superuser=True)
        return user

    def disabled(self) -> Client:
        user = self.stack.user()
        self.stack.users.filter(username=user.username).update(is_active=False)
        return user

    def expired(self) -> str:
        token = AccessToken(self.owner.token)  # type: ignore[arg-type]  # it is the encoded text
        token.set_exp(lifetime=-timedelta(minutes=5))
        return str(token)

    def key(self, *scopes: str) -> ApiKey:
        with standing_in(self.stack.connection):
            return create_key(self.user, name="matrix", scopes=scopes)

    def renew(self, kind: str) -> None:
        """Give the owner a fresh object of this kind."""
        if kind == "key":
            self.objects["key"] = str(self.key("read").pk)
            return
        body = self.owner.upload(file(gradient()).getvalue(), [{"op": "flip"}], keep=True).json()
        self.objects |= {"image": body["id"], "rendition": body["renditions"][0]["id"]}

    def path(self, endpoint: Endpoint, pk: str = "") -> str:
        """The address of the owner's object there, or of `pk`."""
        kind = endpoint.name.rpartition(":")[2].partition("-")[0]
        path = endpoint.route.replace("<version:version>", "v1")
        return path.replace("<uuid:pk>", pk or self.objects.get(kind, ""))

    def nowhere(self, endpoint: Endpoint) -> str:
        """The address an object would have there that does not exist."""
        return self.path(endpoint, str(uuid.uuid4()))

    def ask(
        self, verb: str, path: str, principal: str, body: Any = None
    ) -> urllib3.BaseHTTPResponse:
        """One request, not redirected."""
        token = self.credentials[principal]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = None
        if verb in ("POST", "PUT", "PATCH", "DELETE"):
            content = json.dumps(body or {})
            headers["Content-Type"] = "application/json"
        answer = self.http.request(
            verb, self.stack.web.base + path, body=content, headers=headers, redirect=False
        )
        if verb == "DELETE" and answer.status == 204:
            # The oracle knows what was uploaded, and would miss it.
            self.stack.record.deleted.add(path.rstrip("/").rpartition("/")[2])
        return answer
