"""The list of one's pictures."""

from tests.client import Client
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, gradient


def test_it_comes_in_pages_newest_first(alice: Client) -> None:
    picture = file(gradient(8, 8)).getvalue()
    ids = [alice.upload(picture, name=f"{n}.jpg").json()["id"] for n in range(5)]
    first = alice.get("/api/v1/images/?limit=2").json()
    assert (first["count"], first["previous"]) == (5, None)
    second = alice.get(first["next"]).json()
    last = alice.get("/api/v1/images/?limit=2&page=3").json()
    pages = [*first["results"], *second["results"], *last["results"]]
    assert [one["id"] for one in pages] == ids[::-1]
    assert last["next"] is None


def test_a_page_that_is_not_there_is_a_404(alice: Client) -> None:
    assert_problem(alice.get("/api/v1/images/?page=7"), 404, "not_found")
