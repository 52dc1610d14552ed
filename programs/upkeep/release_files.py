"""The files of releases: those that keepers upload, and those in the folder of releases."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from django.conf import settings

from programs.importers.federal_load import sha256_of
from programs.importers.samhsa_directory import DirectoryFileError, open_directory

SUFFIXES = (".xlsx", ".csv")
#: Ten times the national file.
MAX_UPLOAD_BYTES = 60_000_000


class ReleaseFileError(Exception):
    """The file cannot be taken. The message is one plain line."""


class Upload(Protocol):
    """What Django gives for an uploaded file."""

    name: str | None
    size: int | None

    def chunks(self) -> Iterable[bytes]: ...


def keep_upload(upload: Upload) -> tuple[Path, str]:
    """Keep an uploaded file under the digest of what is in it; return where, and the digest.

    The same file twice is kept once. Raises ReleaseFileError if it is not a directory's table.
    """
    name = Path(upload.name or "").name
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise ReleaseFileError(f"{name} is neither .xlsx nor .csv: those two can be loaded.")
    if (upload.size or 0) > MAX_UPLOAD_BYTES:
        raise ReleaseFileError(
            f"{name} has {(upload.size or 0) / 1e6:,.0f} MB, more than the"
            f" {MAX_UPLOAD_BYTES / 1e6:,.0f} MB that can be uploaded."
        )
    folder = settings.VAR_DIR / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    path: Path = folder / f"{digest.hexdigest()}{suffix}"
    if not path.exists():
        partial = path.with_suffix(".part")
        with partial.open("wb") as stream:
            stream.writelines(upload.chunks())
        partial.replace(path)  # a file under its final name is whole
    try:
        check_readable(path, name)
    except ReleaseFileError:
        forget_upload(path)
        raise
    return path, digest.hexdigest()


def releases_in_folder() -> list[Path]:
    """Return the files in the folder of releases, by name. There may be no such folder."""
    folder = settings.RELEASES_DIR
    if not folder.is_dir():
        return []
    files = (path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    return sorted(path for path in files if path.is_file())


def chosen_release(name: str) -> tuple[Path, str]:
    """Return a file of that folder by its name, and its digest. Raises ReleaseFileError."""
    for path in releases_in_folder():
        if path.name == name:
            check_readable(path, name)
            return path, sha256_of(path)
    raise ReleaseFileError(f"There is no file {name} in the folder of releases.")


def check_readable(path: Path, name: str) -> None:
    """Open the file and read its header. Raises ReleaseFileError with the loader's own words."""
    try:
        with open_directory(path):
            pass
    except DirectoryFileError as error:
        raise ReleaseFileError(
            str(error).replace(str(path), name).replace(path.name, name)
        ) from error


def forget_upload(path: Path) -> None:
    """Delete a file that was uploaded; one of the folder of releases stays."""
    if path.parent == settings.VAR_DIR / "uploads":
        path.unlink(missing_ok=True)
