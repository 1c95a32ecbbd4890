"""Whether answers that must not tell kinds apart take the same time: medians, kinds in turns.

Beside the time a client measures stands that which the web process spent on a processor: on a
machine with other things to do it says more.

./run bench timing [--tries 300] [--only TEXT]
"""

import argparse
import os
import random
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import requests
from PIL import Image

RUN = str(Path(__file__).parent.parent / "run")
BOUND_MS = 10
PASSWORD = "correct-horse-battery"
Try = Callable[[], requests.Response]


@contextmanager
def service(folder: str) -> Iterator[tuple[str, list[Path]]]:
    """Run the whole service on SQLite and files, without rate limits.

    Yields its address, and where Linux counts the time of the web process.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    settings = {"DATA_DIR": folder, "PORT": str(port), "ENV_FILE": os.devnull}
    lasting = {"RATE_LIMITS": "off", "ACCESS_TOKEN_MINUTES": "1000"}
    os.environ.update(settings, **lasting, IMAGEPRO_PYTHON=sys.executable)
    with (
        (Path(folder) / "log").open("wb") as log,
        subprocess.Popen([RUN, "serve"], stdout=log, stderr=log) as process,
    ):
        try:
            wait_for(f"{base}/health/ready/")
            yield base, threads_of_the_web(folder)
        finally:
            process.terminate()


def threads_of_the_web(folder: str) -> list[Path]:
    """The folders in /proc that list the threads of the web process of this service."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            said = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
            if b"gunicorn" in said[0] and f"DATA_DIR={folder}".encode() in said[1]:
                found.append(process / "task")
    return found


def processor_ms(tasks: list[Path]) -> float:
    """Milliseconds these threads have run so far."""
    counts = [each / "schedstat" for folder in tasks for each in folder.iterdir()]
    return sum(int(one.read_text().split()[0]) for one in counts) / 1e6


def wait_for(address: str) -> None:
    for _ in range(600):
        try:
            if requests.get(address, timeout=5).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise SystemExit(f"{address} does not answer.")


class Person:
    """A user with a connection of its own."""

    def __init__(self, base: str, name: str) -> None:
        self.base, self.http = base, requests.Session()
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
        token = self.ask("POST", "/accounts/register/", json=body).json()["access"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def ask(self, verb: str, path: str, **options: Any) -> requests.Response:
        """Make one request."""
        return self.http.request(verb, self.base + path, timeout=300, **options)


def logins(base: str) -> dict[str, Try]:
    """Names and passwords that let nobody in."""
    http = requests.Session()

    def attempt(name: str, password: str) -> Try:
        body = {"username": name, "password": password}
        return lambda: http.post(f"{base}/accounts/login/", json=body, timeout=300)

    return {
        "wrong password": attempt("alice", "wrong-horse-battery"),
        "unknown name": attempt("nobody", PASSWORD),
        "unknown address": attempt("nobody@example.com", PASSWORD),
        "disabled, right password": attempt("dora", PASSWORD),
    }


def keys(base: str, alice: Person) -> dict[str, Try]:
    """API keys that do not count."""
    body = {"name": "timing", "scopes": ["read"]}
    real = alice.ask("POST", "/accounts/keys/", json=body).json()["key"]
    http = requests.Session()

    def attempt(key: str) -> Try:
        headers = {"Authorization": f"Bearer {key}"}
        return lambda: http.get(f"{base}/api/v1/images/", headers=headers, timeout=300)

    return {
        "wrong secret": attempt(f"{real.rpartition('_')[0]}_{'0' * 64}"),
        "unknown prefix": attempt(f"ipk_{'0' * 16}_{real.rpartition('_')[2]}"),
    }


def objects(alice: Person, bob: Person) -> dict[str, dict[str, Try]]:
    """Addresses of Alice's things and of nothing, asked for by Bob."""
    picture = BytesIO()
    Image.new("RGB", (60, 40), "red").save(picture, "PNG")
    image = alice.ask(
        "POST",
        "/api/v1/images/?wait=30",
        files={"image": ("red.png", picture.getvalue())},
        data={"operations": '[{"op": "flip"}]', "keep": "true"},
    ).json()
    body = {"name": "timing", "scopes": ["read"]}
    key = alice.ask("POST", "/accounts/keys/", json=body).json()
    addresses = {
        "GET images/{id}/": image["id"],
        "DELETE images/{id}/": image["id"],
        "GET images/{id}/download/": image["id"],
        "POST images/{id}/transform/": image["id"],
        "GET renditions/{id}/": image["renditions"][0]["id"],
        "GET keys/{id}/": key["id"],
    }

    def attempt(address: str, pk: str) -> Try:
        verb, path = address.split()
        path = ("/accounts/" if path.startswith("keys") else "/api/v1/") + path
        return lambda: bob.ask(verb, path.replace("{id}", pk), json={"operations": []})

    return {
        address: {"foreign": attempt(address, pk), "absent": attempt(address, str(uuid.uuid4()))}
        for address, pk in addresses.items()
    }


def in_turns(
    kinds: dict[str, Try], tries: int, tasks: list[Path]
) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of every try, by the clock and on the processor.

    Each round has one of every kind, in an order of its own.
    """
    answers = {(answer.status_code, answer.content) for answer in (go() for go in kinds.values())}
    assert len(answers) == 1, f"told apart by what they say: {answers}"
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
    for _ in range(tries):
        for name in random.sample(list(kinds), len(kinds)):
            begin, spent = time.perf_counter(), processor_ms(tasks)
            kinds[name]()
            wall = (time.perf_counter() - begin) * 1000
            took[name].append((wall, processor_ms(tasks) - spent))
    return took


def show(title: str, took: dict[str, list[tuple[float, float]]]) -> bool:
    """Print the medians of one group; whether they lie within the bound."""
    apart = []
    cells = []
    for which in (0, 1):
        medians = {name: median(one[which] for one in each) for name, each in took.items()}
        apart.append(max(medians.values()) - min(medians.values()))
        cells.append(", ".join(f"{name} {value:.2f}" for name, value in medians.items()))
    print(
        f"| {title} | {cells[0]} | {apart[0]:.2f} | {cells[1]} | {apart[1]:.2f} | {BOUND_MS} |",
        flush=True,
    )
    return apart[0] <= BOUND_MS


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run bench timing", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--tries", type=int, default=300, help="how often each kind is tried")
    parser.add_argument("--only", default="", help="only the rows with this in their names")
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    with TemporaryDirectory(prefix="imagepro-bench-") as folder, service(folder) as (base, tasks):
        alice, bob, _ = (Person(base, name) for name in ("alice", "bob", "dora"))
        disable = (
            "from accounts.models import User;"
            "User.objects.filter(username='dora').update(is_active=False)"
        )
        subprocess.run([RUN, "manage", "shell", "-v0", "-c", disable], check=True)
        groups = {
            **objects(alice, bob),
            "an API key": keys(base, alice),
            "POST /accounts/login/": logins(base),
        }
        print(f"Medians of {asked.tries} tries each, in ms.\n")
        print("| what | by the clock | apart | on the processor | apart | at most |")
        print("|---|---|---|---|---|---|", flush=True)
        good = [
            show(title, in_turns(kinds, asked.tries, tasks))
            for title, kinds in groups.items()
            if asked.only in title
        ]
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
