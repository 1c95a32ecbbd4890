"""What a file is, told from its first bytes: never from its name or what the client says."""

# Longest first where one begins like another.
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"BM", "bmp"),
    (b"%PDF", "pdf"),
    (b"%!PS", "eps"),
    (b"\xc5\xd0\xd3\xc6", "eps"),
    (b"8BPS", "psd"),
    (b"\x00\x00\x01\x00", "ico"),
    (b"\xff\x0a", "jpeg xl"),
    (b"\x00\x00\x00\x0cJXL ", "jpeg xl"),
    (b"\x00\x00\x00\x0cjP  ", "jpeg 2000"),
    (b"PK\x03\x04", "zip"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
HEAD = 1024
"""Bytes from the start of a file that `sniff` needs."""


def sniff(head: bytes) -> str:
    """Return the name of the format these first bytes belong to, or what else they look like."""
    for signature, name in SIGNATURES:
        if head.startswith(signature):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in text and text.startswith(b"<"):
        return "svg"
    if text.startswith((b"<!doctype html", b"<html")):
        return "html"
    if not head:
        return "an empty file"
    return "text" if _is_text(head) else "unknown"


def _iso_media(head: bytes) -> str:
    """Tell the pictures and films apart that share one container."""
    length = int.from_bytes(head[:4], "big")
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, min(length, HEAD), 4)}
    if brands & {b"avif", b"avis"}:
        return "avif"
    if brands & {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}:
        return "heic"
    return "a film"


def _is_text(head: bytes) -> bool:
    # A character may be cut in two where the head ends.
    return b"\0" not in head and all(byte >= 32 or byte in b"\t\r\n\f\x1b" for byte in head)
