"""What is written in two places is the same in both."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import environ
import pytest

ROOT = Path(__file__).parent.parent
SETTINGS = (ROOT / "imagepro" / "settings.py").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()


def names_in_settings() -> list[str]:
    """The variables settings.py reads, in the order of the file."""
    calls = [
        node
        for node in ast.walk(ast.parse(SETTINGS))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and isinstance(node.args[0], ast.Constant)
    ]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    return [ast.literal_eval(call.args[0]) for call in calls]


def names_in_example() -> list[str]:
    """The variables .env.example shows, in the order of the file."""
    return re.findall(r"^#?([A-Z_0-9]+)=", EXAMPLE, re.MULTILINE)


def test_the_example_shows_every_setting_once_and_in_the_same_order() -> None:
    shown = names_in_example()
    read = names_in_settings()
    assert shown[: len(read)] == read


def test_the_rest_of_the_example_is_for_compose() -> None:
    composed = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    assert set(names_in_example()) - set(names_in_settings()) == composed - set(names_in_settings())
    assert composed <= set(names_in_example())


def test_the_example_changes_nothing_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    read: dict[str, str] = {}
    monkeypatch.setattr(environ.Env, "ENVIRON", read)
    environ.Env.read_env(str(ROOT / ".env.example"))
    assert read == {}


def test_every_shown_default_is_the_one_the_code_has(tmp_path: Path) -> None:
    """Settings made from the defaults in the example equal settings made from nothing."""
    shown = re.findall(r"^#([A-Z_0-9]+)=(.+)$", EXAMPLE, re.MULTILINE)
    skipped = {"ENV_FILE", "DATA_DIR"}
    given = {name: value for name, value in shown if name not in skipped}
    assert settings_with(given, tmp_path) == settings_with({}, tmp_path)


def settings_with(variables: dict[str, str], folder: Path) -> str:
    """Every setting, as text, of a fresh process with these variables and no others."""
    program = """
from django.conf import settings
print({name: getattr(settings, name) for name in dir(settings) if name.isupper()})
"""
    base = {
        "PATH": "/usr/bin:/bin",
        "DJANGO_SETTINGS_MODULE": "imagepro.settings",
        "ENV_FILE": "/dev/null",
        "DATA_DIR": str(folder),
        "SECRET_KEY": "a-key",
    }
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=base | variables,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return run.stdout


def test_pinned_files_name_hashes_for_every_package() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        packages = re.split(r"\n(?=[a-zA-Z])", (ROOT / name).read_text())[1:]
        assert packages
        assert [package for package in packages if "--hash=sha256:" not in package] == []


def test_the_tools_are_pinned_on_top_of_what_runs() -> None:
    """./run takes a .venv made for development for one that can serve."""
    pin = re.compile(r"^([\w.-]+==\S+)", re.MULTILINE)
    runtime = set(pin.findall((ROOT / "requirements.txt").read_text()))
    assert runtime <= set(pin.findall((ROOT / "requirements-dev.txt").read_text()))
