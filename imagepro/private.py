"""What an install makes for itself when its operator names nothing else."""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path


def own_secret_key(folder: Path) -> str:
    """The key this install made for itself on its first start, readable by its user only."""
    path = folder / "secret-key"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".secret-key-{secrets.token_hex(8)}"
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(64))
    try:
        # A hard link either appears whole or not at all, so of two first starts one wins.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text()


def own_socket(folder: Path) -> Path:
    """Where the Valkey of `./run serve` listens: in this folder, or in one with a shorter name."""
    path = folder / "valkey.sock"
    if len(os.fsencode(path)) <= 100:  # The system's limit is 107 bytes, 103 on macOS.
        return path
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"imagepro-{os.getuid()}-{name}" / "valkey.sock"
