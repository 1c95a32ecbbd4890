"""Accounts in the OpenAPI document and in the browsable API."""

from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

PUBLIC = ["register/", "login/", "refresh/", "logout/"]
PRIVATE = ["me/", "password/", "keys/", "keys/{id}/"]


def test_every_address_is_described_without_a_warning() -> None:
    with GENERATOR_STATS.silence():
        GENERATOR_STATS.reset()
        generator: Any = SchemaGenerator
        schema = generator(api_version="v1").get_schema(request=None, public=True)
        warnings = [str(one) for one in GENERATOR_STATS._warn_cache if "accounts" in str(one)]
    assert warnings == []
    paths = {path for path in schema["paths"] if path.startswith("/accounts/")}
    assert paths == {f"/accounts/{name}" for name in [*PUBLIC, *PRIVATE]}
    assert schema["components"]["securitySchemes"]["access"]["scheme"] == "bearer"
    assert {"access": []} in schema["paths"]["/accounts/me/"]["get"]["security"]
    assert "requestBody" in schema["paths"]["/accounts/me/"]["delete"]
    assert schema["paths"]["/accounts/login/"]["post"]["security"] == [{}]
    takes_keys = {
        (path, verb)
        for path, verbs in schema["paths"].items()
        for verb, said in verbs.items()
        if {"api_key": []} in said["security"]
    }
    assert ("/api/v1/images/", "post") in takes_keys
    assert {path for path, _ in takes_keys if path in paths} == {"/accounts/me/"}
    assert ("/accounts/me/", "delete") not in takes_keys


@pytest.mark.parametrize("path", PUBLIC)
def test_the_browsable_api_has_a_form(db: None, path: str) -> None:
    page = APIClient().get(f"/accounts/{path}", headers={"Accept": "text/html"}).content.decode()
    assert "<form" in page
    assert 'type="password"' in page or 'name="refresh"' in page
