"""PRESIGNED_DOWNLOADS: the bucket serves the bytes, for no longer than the picture is there."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.faults.conftest import MakeFragile
from tests.pictures import file, gradient


@pytest.mark.timeout(120)
def test_a_download_leads_to_the_bucket(fragile: MakeFragile) -> None:
    stack = fragile("postgres-s3", PRESIGNED_DOWNLOADS="true")
    alice = stack.user()
    image = alice.upload(file(gradient()).getvalue(), [{"op": "flip"}], name="Zoë.jpg").json()
    answer = alice.get(image["download_url"], allow_redirects=False)
    assert answer.status_code == 302
    link = answer.headers["Location"]
    assert 0 < int(parse_qs(urlsplit(link).query)["X-Amz-Expires"][0]) <= 300
    served = requests.get(link, timeout=10)
    assert served.status_code == 200
    assert served.headers["Content-Type"] == "image/jpeg"
    assert served.headers["Content-Disposition"] == "attachment; filename*=utf-8''Zo%C3%AB.jpg"
    forged = link.replace("X-Amz-Expires=", "X-Amz-Expires=9")
    assert requests.get(forged, timeout=10).status_code == 403
    assert alice.get(image["url"]).json()["first_downloaded_at"] is not None
    assert alice.delete(image["url"]).status_code == 204
    assert requests.get(link, timeout=10).status_code == 404
