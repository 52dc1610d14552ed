"""Locks on open files, which the kernel lets go of when whoever holds them is killed."""

from __future__ import annotations


def lock(descriptor: int, *, exclusive: bool) -> None:
    """Wait for a lock on an open file."""
    import fcntl  # not at the top: Windows has none, and must get as far as our message

    fcntl.flock(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)


def lock_if_free(descriptor: int) -> bool:
    """Take the exclusive lock if nobody else holds the file; return whether it was free."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(descriptor: int) -> None:
    import fcntl

    fcntl.flock(descriptor, fcntl.LOCK_UN)
