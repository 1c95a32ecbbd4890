"""Recipe 20: names of files that are paths, headers, devices or nothing."""

import json
from collections.abc import Iterator
from functools import partial

from tests.bombs.attempt import Answer, Attempt, form, named, photo, post_form
from tests.client import Client

NAMES = {
    "a path": "../../etc/passwd",
    "a path of Windows": "..\\..\\windows\\x.ini",
    "an encoded path": "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "an absolute path": "/etc/passwd",
    "a null": "a\0b.png",
    "a header": "a.png\r\nSet-Cookie: stolen=1",
    "an escaped header": "a.png%0d%0aSet-Cookie: stolen=1",
    "a line": "a\nb.png",
    "255 characters": "a" * 251 + ".png",
    "256 characters": "a" * 252 + ".png",
    "4096 characters": "a" * 4092 + ".png",
    "emoji": "\U0001f600\U0001f469\u200d\U0001f4bb.png",
    "right to left": "photo\u202egnp.exe",
    "another parameter": 'a"; filename="evil.html',
    "a quote": 'a\\".html',
    "markup": "<img src=x onerror=alert(1)>.png",
    "a template": "{{7*7}}{% debug %}%s%n",
    "SQL": "'; DROP TABLE images_image; --",
    "nothing": "",
    "dots": "..",
    "more dots": "....",
    "a dash": "-rf.png",
    "a device": "CON.png",
    "spaces": "   ",
    "half a character": "a\udcff.png",
}
TWINS = 100
MAY = (201, 202, 400)


def attempts() -> Iterator[Attempt]:
    for kind, name in NAMES.items():
        yield Attempt(20, f"a file named like {kind}", partial(upload_named, name), MAY)
        yield Attempt(20, f"a field name like {kind}", partial(name_field, name), MAY)
        encoded = partial(upload_encoded, name)
        yield Attempt(20, f"a file named, encoded, like {kind}", encoded, MAY)
    for number in range(TWINS):
        same = partial(upload_named, "the same.png")
        yield Attempt(20, f"one name for all, {number}", same, (202,))


def upload_named(name: str, client: Client) -> Answer:
    """Upload a file of this name, as it is."""
    return _safe(client, post_form(client, form((named("image", name), photo()))))


def upload_encoded(name: str, client: Client) -> Answer:
    """Upload a file with its name as RFC 5987 writes it."""
    text = "".join(f"%{byte:02x}" for byte in name.encode("utf-8", "surrogateescape"))
    head = f"{named('image', 'x.png')}; filename*=UTF-8''{text}"
    return _safe(client, post_form(client, form((head, photo()))))


def name_field(name: str, client: Client) -> Answer:
    """Upload a file and say in a field how it is to be called."""
    content = name.encode("utf-8", "surrogateescape")
    fields = (named("name"), content), (named("image", "x.png"), photo())
    return _safe(client, post_form(client, form(*fields)))


def _safe(client: Client, answer: Answer) -> Answer:
    """Look at the headers its download would have; those of a HEAD, which starts no clock."""
    if answer.status in (201, 202):
        url = json.loads(answer.text)["original_url"]
        got = client.request("HEAD", url)
        said = got.headers["Content-Disposition"]
        assert got.status_code == 200, got.status_code
        assert "Set-Cookie" not in got.headers
        assert said.startswith("attachment"), said
        assert not set("/\r\n\0").intersection(said), said
        assert got.headers["Content-Type"] == "image/jpeg"
    return answer
