"""Whether the compressed pixels of a PNG are all that stands in their place."""

from isal import igzip_lib, isal_zlib

BEFORE = {b"IDAT": 0, b"fdAT": 4}
"""Chunks of pixels, and bytes that stand before these."""
PIECE = 16 * 1024
"""Bytes decompressed at once; they become 16 MB at most."""


class Stream:
    """The compressed pixels of one picture, in as many parts as the file has them."""

    def __init__(self) -> None:
        self._decompressor = isal_zlib.decompressobj()
        self._is_sound = True

    def add(self, kind: bytes, packed: bytes) -> None:
        """Go on with the next chunk; those without pixels make no difference."""
        try:
            for at in range(BEFORE.get(kind, len(packed)), len(packed), PIECE):
                self._decompressor.decompress(packed[at : at + PIECE])
        except igzip_lib.IsalError:  # type: ignore[misc]  # a class, for all its stub says
            self._is_sound = False

    @property
    def is_whole(self) -> bool:
        """Tell whether it has come to its end, undamaged, and nothing stands behind it."""
        return self._is_sound and self._decompressor.eof and not self._decompressor.unused_data
