"""Bad input: status and code of each refusal, the field it names, and nothing left behind."""

import io
import json
import struct
from typing import Any

import pytest
import requests
from PIL import Image as Pillow

from tests.client import Client
from tests.pictures import file, gif_of, gradient, png_chunk
from tests.stack import Stack

MEGABYTE = 1024 * 1024


def photo() -> bytes:
    return file(gradient(400, 300)).getvalue()


def assert_problem(answer: requests.Response, status: int, code: str, path: str = "") -> None:
    """The one error shape, with this status and code, naming this field."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "code", "errors"}
    assert body["status"] == status
    codes = {body["code"], *(error["code"] for error in body["errors"])}
    assert code in codes, body
    assert body["detail"]
    if path:
        assert path in [error["path"] for error in body["errors"]], body


def header_of(width: int, height: int) -> bytes:
    """A PNG that says it is that large, in 57 bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", b"x\x9c\x03\x00")


def icon() -> bytes:
    target = io.BytesIO()
    Pillow.new("RGB", (16, 16)).save(target, "ICO")
    return target.getvalue()


REFUSED_FILES = {
    "text": (b"Hello, this is no picture at all.", 415, "unsupported_format"),
    "zeros": (bytes(1000), 415, "unsupported_format"),
    "empty": (b"", 400, "empty"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', 415, "unsupported_format"),
    "pdf": (b"%PDF-1.7\n1 0 obj\n", 415, "unsupported_format"),
    "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", 415, "unsupported_format"),
    "psd": (b"8BPS\x00\x01" + bytes(40), 415, "unsupported_format"),
    "ico": (icon(), 415, "unsupported_format"),
    "60,000 x 60,000 in a header": (header_of(60_000, 60_000), 422, "too_many_pixels"),
    "10,000 frames": (gif_of(10_000).getvalue(), 422, "too_many_frames"),
    "only a magic number": (b"\x89PNG\r\n\x1a\n", 422, "unreadable_image"),
}


@pytest.mark.parametrize("kind", REFUSED_FILES)
def test_it_refuses_files_that_are_no_pictures_or_too_much(
    stack: Stack, alice: Client, kind: str
) -> None:
    content, status, code = REFUSED_FILES[kind]
    answer = alice.upload(content, [{"op": "flip"}], name="photo.jpg")
    assert_problem(answer, status, code, "image")
    assert alice.get("/api/v1/images/").json()["count"] == 0


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("format", ["jpeg", "png", "gif", "webp", "avif"])
def test_a_truncated_file_fails_and_says_so(alice: Client, format: str, share: float) -> None:
    whole = file(gradient(400, 300), format).getvalue()
    answer = alice.upload(whole[: int(len(whole) * share)], [{"op": "flip"}])
    if answer.status_code == 201:
        error = answer.json()["error"]
        assert (answer.json()["status"], error["code"]) == ("failed", "unreadable_image")
    else:
        assert_problem(answer, 422, "unreadable_image", "image")


def test_the_content_decides_not_the_name(alice: Client) -> None:
    upload = ("photo.jpg", file(gradient(), "png").getvalue(), "text/html")
    answer = alice.post("/api/v1/images/", files={"image": upload})
    assert (answer.status_code, answer.json()["format"]) == (201, "png")
    assert alice.get(answer.json()["original_url"]).headers["Content-Type"] == "image/png"


def test_a_file_over_the_limit_is_refused_while_it_is_read(stack: Stack, alice: Client) -> None:
    answer = alice.upload(b"\xff\xd8" + bytes(40 * MEGABYTE))
    assert_problem(answer, 413, "too_many_bytes")
    assert str(32 * MEGABYTE) in answer.json()["detail"]


def test_a_large_json_body_is_refused(alice: Client) -> None:
    answer = alice.post("/api/v1/images/", json={"image": "A" * 50 * MEGABYTE})
    assert_problem(answer, 413, "too_many_bytes")


def test_where_no_picture_is_expected_a_body_is_smaller(alice: Client) -> None:
    answer = alice.post("/accounts/login/", json={"username": "a" * 2 * MEGABYTE})
    assert_problem(answer, 413, "too_many_bytes")


REFUSED_OPERATIONS = {
    "no JSON": ("[{", 400, "invalid_json", "operations"),
    "no list": ("7", 400, "wrong_type", "operations"),
    "half a character": ([{"op": "\ud800"}], 400, "unknown_operation", "operations.0.op"),
    "unknown op": ([{"op": "resise"}], 400, "unknown_operation", "operations.0.op"),
    "unknown parameter": (
        [{"op": "flip"}, {"op": "resize", "widht": 9}],
        400,
        "unknown_parameter",
        "operations.1.widht",
    ),
    "width 0": ([{"op": "resize", "width": 0}], 400, "length", "operations.0.width"),
    "width -1": ([{"op": "resize", "width": -1}], 400, "length", "operations.0.width"),
    "width 1e9": (
        '[{"op": "resize", "width": 1e9}]',
        400,
        "length",
        "operations.0.width",
    ),
    "width abc": ([{"op": "resize", "width": "abc"}], 400, "length", "operations.0.width"),
    "width NaN": ('[{"op": "resize", "width": NaN}]', 400, "length", "operations.0.width"),
    "width true": ([{"op": "resize", "width": True}], 400, "length", "operations.0.width"),
    "over the output limit": (
        [{"op": "resize", "width": 9000, "enlarge": True}],
        422,
        "output_too_large",
        "operations.0",
    ),
    "21 operations": ([{"op": "flip"}] * 21, 422, "too_many_operations", "operations"),
    "unknown format": (
        [{"op": "convert", "format": "bmp"}],
        400,
        "literal_error",
        "operations.0.format",
    ),
}


@pytest.mark.parametrize("kind", REFUSED_OPERATIONS)
def test_it_refuses_operations_it_cannot_do_and_names_the_place(alice: Client, kind: str) -> None:
    operations, status, code, path = REFUSED_OPERATIONS[kind]
    assert_problem(alice.upload(photo(), operations), status, code, path)
    assert alice.get("/api/v1/images/").json()["count"] == 0


REFUSED_REQUESTS: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "no picture": ({"operations": "[]"}, 400, "required", "image"),
    "null byte in the name": ({"name": "a\0b"}, 400, "null_characters_not_allowed", "name"),
    "long name": ({"name": "a" * 256}, 400, "max_length", "name"),
    "keep is no truth": ({"keep": "perhaps"}, 400, "invalid", "keep"),
    "pipeline and operations": ({"pipeline": {}, "operations": []}, 400, "ambiguous", "pipeline"),
    "renditions no list": ({"renditions": {}}, 400, "list_type", "renditions"),
    "rendition without work": ({"renditions": [{"name": "a"}]}, 400, "missing", "renditions.0"),
    "rendition with more": (
        {"renditions": [{"operations": [], "colour": 1}]},
        400,
        "unknown_field",
        "renditions.0.colour",
    ),
    "rendition name": (
        {"renditions": [{"operations": [], "name": 7}]},
        400,
        "invalid_name",
        "renditions.0.name",
    ),
    "rendition name of half a character": (
        {"renditions": [{"operations": [], "name": "\ud800"}]},
        400,
        "invalid_name",
        "renditions.0.name",
    ),
    "operation in a rendition": (
        {"renditions": [{"operations": [{"op": "crop", "width": 9999, "height": 1}]}]},
        422,
        "crop_outside",
        "renditions.0.operations.0.width",
    ),
    "21 renditions": (
        {"renditions": [{"operations": []}] * 21},
        422,
        "too_many_renditions",
        "renditions",
    ),
    "output unknown": ({"output": {"form": "png"}}, 400, "unknown_parameter", "output.form"),
}


@pytest.mark.parametrize("kind", REFUSED_REQUESTS)
def test_it_refuses_requests_that_make_no_sense(alice: Client, kind: str) -> None:
    fields, status, code, path = REFUSED_REQUESTS[kind]
    files = {} if kind == "no picture" else {"image": ("x.jpg", photo())}
    data = {k: v if isinstance(v, str) else json.dumps(v) for k, v in fields.items()}
    assert_problem(alice.post("/api/v1/images/", files=files, data=data), status, code, path)


REFUSED_BASE64 = {"no base64": "§§", "data URI without base64": "data:image/png,abc", "number": 7}


@pytest.mark.parametrize("kind", REFUSED_BASE64)
def test_it_refuses_what_is_no_base64(alice: Client, kind: str) -> None:
    answer = alice.post("/api/v1/images/", json={"image": REFUSED_BASE64[kind]})
    assert_problem(answer, 400, "invalid" if kind == "number" else "invalid_base64", "image")


REFUSED_BODIES = {
    "malformed JSON": ("{", "application/json", 400, "parse_error"),
    "deep JSON": ("[" * 100_000, "application/json", 400, "malformed"),
    "a JSON list": ("[]", "application/json", 400, "invalid"),
    "not UTF-8": (b'{"image": "\xff"}', "application/json", 400, "parse_error"),
    "unknown media type": ("x", "text/plain", 415, "unsupported_media_type"),
    "form without boundary": ("x", "multipart/form-data", 400, "parse_error"),
}


@pytest.mark.parametrize("kind", REFUSED_BODIES)
def test_it_refuses_bodies_it_cannot_read(alice: Client, kind: str) -> None:
    body, media_type, status, code = REFUSED_BODIES[kind]
    answer = alice.post("/api/v1/images/", data=body, headers={"Content-Type": media_type})
    assert_problem(answer, status, code)


@pytest.mark.parametrize("charset", ["zlib", "hex", "undefined"])
def test_a_charset_that_is_none_for_text_is_passed_over(alice: Client, charset: str) -> None:
    """With a query, as Django reads it by the charset of the body before anything else."""
    headers = {"Content-Type": f"application/json; charset={charset}"}
    assert alice.get("/api/v1/images/?page=1", headers=headers).status_code == 200
    answer = alice.post("/api/v1/images/?wait=1", data="{", headers=headers)
    assert_problem(answer, 400, "parse_error")


def test_a_body_without_a_length_is_refused(alice: Client) -> None:
    answer = alice.post("/api/v1/images/", data=iter([b"{}"]))
    assert_problem(answer, 411, "length_required")


def test_a_wait_that_is_no_number_is_refused(alice: Client) -> None:
    files = {"image": ("x.jpg", photo())}
    answer = alice.post("/api/v1/images/", params={"wait": "soon"}, files=files)
    assert_problem(answer, 400, "invalid", "wait")
    assert alice.get("/api/v1/images/").json()["count"] == 0


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/images/not-a-uuid/", "/api/v9/images/"])
def test_what_is_not_there_answers_in_the_one_shape(alice: Client, path: str) -> None:
    assert_problem(alice.get(path), 404, "not_found")


def test_a_method_that_is_not_there_answers_in_the_one_shape(alice: Client) -> None:
    answer = alice.request("PUT", "/api/v1/images/")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Proto: https", "X-Forwarded-Host: evil.example", "SCRIPT_NAME: /evil"]
)
def test_a_header_that_only_a_proxy_may_set_changes_no_link(alice: Client, header: str) -> None:
    name, _, value = header.partition(": ")
    answer = alice.post(
        "/api/v1/images/", files={"image": ("x.jpg", photo())}, headers={name: value}
    )
    assert answer.json()["url"].startswith(f"{alice.base}/api/")
