"""Names of files that come from outside."""

import pytest

from images.names import name_of, plain


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.com/a/photo.jpg?sig=secret#x", "photo.jpg"),
        ("https://example.com/a%20b%2Fgr%C3%BCn.png", "a b_grün.png"),
        ("https://example.com/%00%0a%22%3Ch1%3E%E2%80%AE.png", "__h1_.png"),
        ("https://example.com/", "upload"),
        ("https://example.com/%2e%2e", "upload"),
        ("https://example.com/" + "x" * 400, "x" * 255),
    ],
)
def test_a_url_is_named_by_the_last_part_of_its_path(url: str, name: str) -> None:
    assert name_of(url) == name


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ('";filename=evil.html', "__filename=evil.html"),
        ("a\r\nSet-Cookie: b=c", "aSet-Cookie_ b=c"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("..\\..\\windows", "_.._windows"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("photo\u2028\u2029\x85\x7f\ud800", "photo"),
        ("  .htaccess. ", "htaccess"),
        ("%2e%2e%2fx", "_2e_2e_2fx"),
        ("Grüße, 写真 (été) e\u0301 😀", "Grüße, 写真 (été) e\u0301 😀"),
        ("\u202e\x00", ""),
    ],
)
def test_a_name_holds_nothing_but_a_name(sent: str, name: str) -> None:
    assert plain(sent) == name
