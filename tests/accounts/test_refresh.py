"""Exchanging a refresh token, once."""

import pytest
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts import services
from accounts.models import TokenFamily, User
from accounts.tokens import RefreshToken
from tests.accounts.conftest import Api, assert_invalid, assert_refused, log_in


def refresh(api: Api, token: str) -> dict[str, str]:
    answer = api("post", "refresh/", {"refresh": token})
    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == {"access", "refresh"}
    return dict(answer.json())


def alive(api: Api, access: str) -> bool:
    return bool(api("get", "me/", token=access).status_code == 200)


def test_it_gives_a_new_pair_and_the_old_access_token_lives_on(
    api: Api, tokens: dict[str, str]
) -> None:
    new = refresh(api, tokens["refresh"])
    assert len({*new.values(), *tokens.values()}) == 4
    assert alive(api, new["access"])
    assert alive(api, tokens["access"])
    assert refresh(api, new["refresh"])


def test_reuse_ends_the_whole_login_and_no_other(api: Api, tokens: dict[str, str]) -> None:
    other = log_in(api)
    second = refresh(api, tokens["refresh"])
    third = refresh(api, second["refresh"])
    assert_refused(api("post", "refresh/", {"refresh": tokens["refresh"]}))
    for pair in (tokens, second, third):
        assert_refused(api("get", "me/", token=pair["access"]))
    assert_refused(api("post", "refresh/", {"refresh": third["refresh"]}))
    assert alive(api, other["access"])
    assert refresh(api, other["refresh"])


def test_a_lost_race_is_refused_and_the_login_goes_on(
    api: Api, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    won: dict[str, str] = {}
    read = RefreshToken.read

    def overtaken(raw: str) -> RefreshToken:
        token = read(raw)
        monkeypatch.setattr(RefreshToken, "read", read)
        won.update(refresh(api, raw))
        return token

    monkeypatch.setattr(RefreshToken, "read", overtaken)
    assert_refused(api("post", "refresh/", {"refresh": tokens["refresh"]}))
    assert alive(api, won["access"])
    assert refresh(api, won["refresh"])


def test_a_refresh_does_not_reopen_a_login_ended_meanwhile(
    api: Api, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spend = RefreshToken.spend

    def logged_out_meanwhile(token: RefreshToken) -> None:
        TokenFamily.objects.all().end()
        spend(token)

    monkeypatch.setattr(RefreshToken, "spend", logged_out_meanwhile)
    new = refresh(api, tokens["refresh"])
    assert_refused(api("get", "me/", token=new["access"]))


def test_an_access_token_is_no_refresh_token(api: Api, tokens: dict[str, str]) -> None:
    assert_refused(api("post", "refresh/", {"refresh": tokens["access"]}))
    assert alive(api, tokens["access"])


def test_a_token_this_install_has_not_written_down_is_refused(
    api: Api, tokens: dict[str, str]
) -> None:
    OutstandingToken.objects.all().delete()
    assert_refused(api("post", "refresh/", {"refresh": tokens["refresh"]}))


@pytest.mark.parametrize("case", ["disabled", "deleted", "password"])
def test_a_user_who_may_not_is_refused(
    api: Api, alice: User, tokens: dict[str, str], case: str
) -> None:
    if case == "deleted":
        alice.delete()
    elif case == "disabled":
        User.objects.update(is_active=False)
    else:
        alice.set_password("changed in a shell")
        alice.save()
    code = "user_inactive" if case == "disabled" else "token_not_valid"
    assert_refused(api("post", "refresh/", {"refresh": tokens["refresh"]}), code)


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "required"), ({"refresh": ""}, "blank"), ({"refresh": None}, "null")],
)
def test_a_body_without_a_token_is_refused(api: Api, body: dict[str, str], code: str) -> None:
    assert_invalid(api("post", "refresh/", body), "refresh", code)


def test_no_token_is_kept_in_clear(api: Api, tokens: dict[str, str]) -> None:
    refresh(api, tokens["refresh"])
    assert list(OutstandingToken.objects.values_list("token", flat=True)) == ["", ""]


def test_expired_rows_are_flushed_and_live_ones_kept(api: Api, tokens: dict[str, str]) -> None:
    gone = log_in(api)
    now = timezone.now()
    dead = RefreshToken.read(gone["refresh"])
    OutstandingToken.objects.filter(jti=dead["jti"]).update(expires_at=now)
    TokenFamily.objects.filter(pk=dead["fam"]).update(expires_at=now)
    services.flush_expired()
    assert (OutstandingToken.objects.count(), TokenFamily.objects.count()) == (1, 1)
    assert refresh(api, tokens["refresh"])


def test_every_refresh_prolongs_the_login(api: Api, tokens: dict[str, str]) -> None:
    TokenFamily.objects.update(expires_at=timezone.now())
    refresh(api, tokens["refresh"])
    newest = OutstandingToken.objects.latest("expires_at")
    assert TokenFamily.objects.get().expires_at == newest.expires_at
