"""The rows: stored files, images and renditions, and the questions one may ask of them."""

from images.models.clock import from_now
from images.models.image import Image
from images.models.keyed_request import KeyedRequest
from images.models.rendition import FIRST_RING, Rendition
from images.models.status import TERMINAL, Status
from images.models.stored_file import UPLOAD_GRACE, StoredFile
from images.models.worker import WorkerHeartbeat, worker_name

__all__ = [
    "FIRST_RING",
    "TERMINAL",
    "UPLOAD_GRACE",
    "Image",
    "KeyedRequest",
    "Rendition",
    "Status",
    "StoredFile",
    "WorkerHeartbeat",
    "from_now",
    "worker_name",
]
