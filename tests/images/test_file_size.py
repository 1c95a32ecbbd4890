"""Files of the right size, asked for by form as clients of the older APIs do."""

from typing import Any

from tests.client import Client
from tests.images.test_first_job import opened
from tests.pictures import file, noise


def compress(**more: Any) -> list[dict[str, Any]]:
    return [{"operation_type": "compress", "parameters": {"quality": 40, **more}}]


def photo(quality: int = 95) -> bytes:
    return file(noise(200, 150, 50).convert("RGB"), quality=quality).getvalue()


def test_it_is_compressed_until_it_fits(alice: Client) -> None:
    plain = alice.upload(photo(), compress()).json()
    whole = alice.get(plain["download_url"]).content
    limit = len(whole) * 3 // 4
    answer = alice.upload(photo(), compress(max_bytes=limit))
    assert answer.status_code == 201, answer.text
    made = alice.get(answer.json()["download_url"]).content
    assert limit * 0.9 < len(made) <= limit
    assert opened(made).size == (200, 150)


def test_a_size_out_of_reach_fails_in_words(alice: Client) -> None:
    answer = alice.upload(photo(), compress(max_bytes=700))
    body = alice.done(answer.json()["url"])
    assert body["status"] == "failed"
    (rendition,) = alice.get(body["url"] + "renditions/").json()["results"]
    assert rendition["status"] == "failed"
    assert rendition["error"]["code"] == "max_bytes_unreachable"
    assert rendition["error"]["detail"].startswith("The file may have 700 bytes; as jpeg")


def test_a_small_file_comes_back_as_it_was_sent(alice: Client) -> None:
    sent = photo(quality=10)
    body = alice.upload(sent + b"behind the end", compress()).json()
    assert alice.get(body["download_url"]).content == sent
