"""./run, as somebody at a terminal meets it."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.servers.server import Server
from tests.stack import eventually

ROOT = Path(__file__).parent.parent
CHILDREN = ("web", "worker", "beat", "valkey")


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """./run with these arguments, to its end."""
    return subprocess.run(
        [ROOT / "run", *arguments], capture_output=True, text=True, timeout=60, **options
    )


def group(leader: int) -> list[int]:
    """The living processes of a process group."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, members_of = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(members_of) == leader and state != "Z":
            found.append(int(path.parent.name))
    return found


class Serve(Server):
    """`./run serve` over a folder that is not there yet."""

    name = "serve"
    # Its supervisor ends the processes that are in groups of their own.
    reaper = 'read -r _ || { kill -s TERM -- "-$0"; sleep 10; rm -rf "$1"; }'

    def prepare(self) -> None:
        pass

    def command(self) -> list[str]:
        return [str(ROOT / "run"), "serve"]

    def popen_options(self) -> dict[str, Any]:
        environment = os.environ | {"DATA_DIR": str(self.data), "PORT": str(self.port)}
        del environment["SECRET_KEY"]
        return {"env": environment}

    def ping(self) -> None:
        requests.get(f"http://127.0.0.1:{self.port}/health/live/", timeout=2).raise_for_status()

    def stop(self) -> None:
        leaders = [self.pid(child) for child in CHILDREN]
        super().stop()
        # What a test has cut off from its supervisor.
        for pid in itertools.chain.from_iterable(map(group, filter(None, leaders))):
            os.kill(pid, signal.SIGKILL)

    def pid(self, child: str) -> int:
        """The process a child is now, 0 while there is none."""
        path = self.data / "run" / child
        return int(path.read_text() or 0) if path.exists() else 0

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


@pytest.fixture
def fresh() -> Iterator[Serve]:
    """A service of one test."""
    with Serve() as service:
        eventually(lambda: all(map(service.pid, CHILDREN)))
        yield service


@pytest.fixture(scope="module")
def service() -> Iterator[Serve]:
    """One service for the tests that leave it running."""
    with Serve() as service:
        eventually(lambda: all(map(service.pid, CHILDREN)))
        yield service


def test_without_a_task_it_lists_every_task_with_a_line(tmp_path: Path) -> None:
    listed = run(cwd=tmp_path)
    assert listed.returncode == 0
    for task in ("serve", "test", "check", "bench", "manage", "lock", "web", "worker", "beat"):
        assert f"\n  {task} " in listed.stdout


def test_an_unknown_task_is_named_in_the_error() -> None:
    refused = run("sevre")
    assert refused.returncode != 0
    assert "no task 'sevre'" in refused.stderr
    assert "serve" in refused.stderr


def test_serve_says_where_it_is_once_it_answers(service: Serve) -> None:
    assert f"ImagePro answers at http://127.0.0.1:{service.port}/" in service.log()
    health = f"http://127.0.0.1:{service.port}/health/"
    eventually(lambda: requests.get(health, timeout=5).json()["broker"] == {"ok": True})


def test_what_serve_stores_is_readable_by_its_user_only(service: Serve) -> None:
    for path in [service.data / "secret-key", service.data / "imagepro.sqlite3"]:
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("child", CHILDREN)
def test_a_child_that_is_killed_is_replaced_and_nothing_of_it_is_left(
    service: Serve, child: str
) -> None:
    killed = service.pid(child)
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: service.pid(child) not in (0, killed))
    eventually(lambda: not group(killed))
    eventually(lambda: group(service.pid(child)))
    service.wait_until_ready()


def test_a_second_serve_on_the_same_folder_is_refused(service: Serve) -> None:
    with_other_port = service.popen_options()["env"] | {"PORT": "1"}
    refused = run("serve", env=with_other_port)
    assert refused.returncode != 0
    assert f"Another ./run serve uses {service.data}" in refused.stderr
    service.ping()


def test_a_port_that_is_taken_is_named_and_nothing_is_left_running(
    service: Serve, tmp_path: Path
) -> None:
    refused = run("serve", env=service.popen_options()["env"] | {"DATA_DIR": str(tmp_path)})
    assert refused.returncode != 0
    assert f"PORT={service.port}" in refused.stderr
    assert "in use" in refused.stderr
    assert not (tmp_path / "valkey.sock").exists()


def test_after_a_killed_supervisor_the_next_start_works_and_control_c_ends_it(
    fresh: Serve,
) -> None:
    assert fresh.process
    orphans = [fresh.pid(child) for child in CHILDREN]
    os.kill(fresh.process.pid, signal.SIGKILL)
    fresh.process.wait()
    assert all(map(group, orphans))

    fresh.restart()

    eventually(lambda: all(pid not in (0, *orphans) for pid in map(fresh.pid, CHILDREN)))
    assert not any(map(group, orphans))
    fresh.wait_until_ready()
    children = [fresh.pid(child) for child in CHILDREN]
    fresh.process.send_signal(signal.SIGINT)
    assert fresh.process.wait(30) == 0
    assert not any(map(group, children))


def test_it_ends_soon_even_when_a_worker_hangs(fresh: Serve) -> None:
    assert fresh.process
    children = [fresh.pid(child) for child in CHILDREN]
    eventually(lambda: "ready" in fresh.log())
    for pid in group(fresh.pid("worker")):
        os.kill(pid, signal.SIGSTOP)

    fresh.process.send_signal(signal.SIGTERM)

    assert fresh.process.wait(30) == 0
    assert not any(map(group, children))


# --- The virtual environment ------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without packages whose manage.py says which interpreter runs it."""
    folder = tmp_path / "a project"
    folder.mkdir()
    shutil.copy(ROOT / "run", folder)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (folder / name).write_text(f"# {name}\n")
    (folder / "manage.py").write_text("import sys; print(sys.prefix)\n")
    return folder


def start_in(project: Path, task: str = "manage", path: str = "") -> subprocess.Popen[str]:
    """A task of a project, on a machine with this PATH."""
    path = path or f"{Path(sys.executable).parent}:/usr/bin:/bin"
    return subprocess.Popen(
        [project / "run", task],
        env={"PATH": path, "HOME": str(project)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_virtual_environment_is_made_once(project: Path) -> None:
    output, messages = start_in(project).communicate()
    assert Path(output.strip()) == project / ".venv"
    assert messages == "run: installing requirements.txt into .venv\n"
    assert start_in(project).communicate() == (output, "")


def test_it_is_renewed_when_the_requirements_change(project: Path) -> None:
    start_in(project).communicate()
    (project / "requirements.txt").write_text("# newer\n")
    assert "installing requirements.txt" in start_in(project).communicate()[1]
    assert start_in(project).communicate()[1] == ""


def test_one_made_for_development_serves_and_stays_one(project: Path) -> None:
    start_in(project, "bench").communicate()
    assert start_in(project).communicate()[1] == ""
    (project / "requirements.txt").write_text("# newer\n")
    assert "installing requirements-dev.txt" in start_in(project).communicate()[1]


def test_a_half_made_one_is_made_again(project: Path) -> None:
    start_in(project).communicate()
    (project / ".venv" / "finished").unlink()
    (project / ".venv" / "pyvenv.cfg").unlink()
    output, messages = start_in(project).communicate()
    assert Path(output.strip()) == project / ".venv"
    assert "installing" in messages


def test_calls_at_the_same_time_make_it_once(project: Path) -> None:
    calls = [start_in(project) for _ in range(4)]
    results = [call.communicate() for call in calls]
    assert {Path(output.strip()) for output, _ in results} == {project / ".venv"}
    assert sum("installing" in messages for _, messages in results) == 1


def test_without_uv_pip_does_it(project: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(sys._base_executable)  # type: ignore[attr-defined]
    output, messages = start_in(project, path=f"{tmp_path / 'bin'}:/usr/bin:/bin").communicate()
    assert Path(output.strip()) == project / ".venv"
    assert (project / ".venv" / "bin" / "pip").exists(), messages


@pytest.mark.parametrize(("version", "said"), [("Python 3.9.2", "Python 3.9.2"), ("", "missing")])
def test_a_python_that_is_too_old_is_named(
    project: Path, tmp_path: Path, version: str, said: str
) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("dirname", "cksum", "grep", "sed"):
        (tools / name).symlink_to(shutil.which(name) or name)
    if version:
        (tools / "python3").write_text(
            f'#!/bin/sh\n[ "$1" != --version ] || echo {version}; exit 1\n'
        )
        (tools / "python3").chmod(0o755)
    call = start_in(project, path=str(tools))
    assert f"Python 3.11 or newer is needed; python3 on the PATH is {said}" in call.communicate()[1]
    assert call.returncode == 1
