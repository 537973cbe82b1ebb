"""Which failures pass by themselves: a network disk that is away for a moment, a busy server.

Those are worth a second try. A file that is not there, a full disk, a missing permission are not:
trying again would only delay the message.
"""

from __future__ import annotations

import errno

_PASSING = {
    errno.EAGAIN,
    errno.EBUSY,
    errno.ECONNABORTED,
    errno.ECONNREFUSED,
    errno.ECONNRESET,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.EINTR,
    errno.EIO,
    errno.ENETDOWN,
    errno.ENETRESET,
    errno.ENETUNREACH,
    errno.ENOLCK,
    errno.ESTALE,
    errno.ETIMEDOUT,
}


def is_transient(error: BaseException | None) -> bool:
    """Whether the error, or one that it was raised from, is I/O that may work the next time."""
    while error is not None:
        if isinstance(error, (TimeoutError, ConnectionError)):
            return True
        if isinstance(error, OSError) and error.errno in _PASSING:
            return True
        error = error.__cause__
    return False
