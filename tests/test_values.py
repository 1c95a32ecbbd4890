"""Variables that cannot be read stop the start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from imagepro.values import networks, rate_limits


@pytest.mark.parametrize(
    ("text", "amount", "seconds"),
    [("20/hour", 20, 3600), ("300 per 5 minutes", 300, 300), ("1/366day", 1, 366 * 86400)],
)
def test_a_limit(text: str, amount: int, seconds: int) -> None:
    limit = rate_limits(login=text)["login"]
    assert (limit.amount, limit.get_expiry()) == (amount, seconds)


@pytest.mark.parametrize(
    "text",
    ["20 per fortnight", "", "off", "20", "-1/hour", "0/hour", "1/hour; 9/day", "1/2year", "1.5/h"],
)
def test_no_limit(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="RATE_LIMIT_LOGIN_NAME is ") as error:
        rate_limits(login_name=text)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize("text", ["proxy.example.com", "10.0.0.1/8", "10.0.0.0/33", ""])
def test_no_network(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES has to be"):
        networks("TRUSTED_PROXIES", ["10.0.0.0/8", text])


@pytest.mark.parametrize("name", ["RATE_LIMIT_UPLOAD", "TRUSTED_PROXIES"])
def test_nothing_starts_with_one(name: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import imagepro.settings"],
        env=os.environ | {name: "20 per fortnight"},
        cwd=Path(__file__).parent.parent,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.returncode
    assert f"ImproperlyConfigured: {name} " in run.stderr
