"""The ASGI application, for hosts that want one; `./run serve` uses WSGI."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imagepro.settings")

application = get_asgi_application()
