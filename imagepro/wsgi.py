"""The WSGI application that gunicorn serves."""

import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from imagepro.clients import WholeBody

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imagepro.settings")

django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Django, which would fail to begin on a Content-Type whose charset is none for text: zlib."""
    if environ.get("CONTENT_LENGTH", "").isdecimal():
        environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(environ["CONTENT_LENGTH"]))
    try:
        return django(environ, start_response)
    except (LookupError, UnicodeError):
        environ["CONTENT_TYPE"] = environ["CONTENT_TYPE"].partition(";")[0]
        return django(environ, start_response)
