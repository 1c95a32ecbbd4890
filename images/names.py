"""Names of files, made of what anybody may have sent."""

import re
import unicodedata
from urllib.parse import unquote

LENGTH = 255
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_SPECIAL = re.compile(r'[/\\:*?"<>|;%]')


def plain(name: str) -> str:
    """The name without what a header, a shell or a disk takes for something else.

    Control characters go, and those that turn the direction of text around, so that
    "gpj.exe" cannot be shown as "exe.jpg". Empty when nothing is left.
    """
    seen = "".join(one for one in name if unicodedata.category(one) not in _UNSEEN)
    return _SPECIAL.sub("_", seen).strip(". ")[:LENGTH]


def name_of(url: str) -> str:
    """The last part of the path of a URL; "upload" where it has none."""
    return (
        plain(unquote(re.split(r"[?#]", url)[0].rpartition("/")[2], errors="replace")) or "upload"
    )
