"""A job that takes too long or too much memory fails by itself, and its worker goes on."""

import pytest
from PIL import Image

from tests.faults.conftest import MakeFragile
from tests.faults.test_killed_worker import SLOW, large
from tests.pictures import file, gradient


@pytest.mark.timeout(200)
def test_time_and_memory(fragile: MakeFragile) -> None:
    stack = fragile("sqlite-files", MAX_JOB_SECONDS="8", WORKER_MEMORY_MB="700")
    alice = stack.user()
    url = alice.upload(large(), SLOW[:1] * 8, wait=None).json()["url"]
    assert alice.done(url)["error"]["code"] == "job_timeout"
    wide = Image.linear_gradient("L").resize((8000, 6000)).convert("RGB")
    url = alice.upload(file(wide).getvalue(), [{"op": "sepia"}], wait=None).json()["url"]
    assert alice.done(url)["error"]["code"] == "out_of_memory"
    url = alice.upload(file(gradient()).getvalue(), SLOW, wait=None).json()["url"]
    assert alice.done(url)["status"] == "completed"
