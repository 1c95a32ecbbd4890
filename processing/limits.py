"""What one picture, one pipeline and one request may ask for."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Every limit of the engine, with the value an install has unless it sets another.

    Pixels are width x height, summed over the frames of an animation.
    """

    max_bytes: int = 32 * MEGABYTE
    """Size of an uploaded file."""
    max_pixels: int = 50_000_000
    """Pixels of a source picture, all frames together."""
    max_frames: int = 300
    """Frames of an animation."""
    max_output_side: int = 8192
    """Width or height after any step, in pixels."""
    max_output_pixels: int = 50_000_000
    """Pixels after any step, all frames together."""
    max_operations: int = 20
    """Operations in one pipeline."""
    max_renditions: int = 20
    """Renditions asked for in one request."""
    max_seconds: int = 60
    """Wall clock of one job, in seconds."""
    formats: tuple[str, ...] = ("jpeg", "png", "gif", "webp", "avif")
    """Source formats that are opened at all."""
