"""Remote: data folders in object storage.

A run works in a mirror, a data folder on the local disk. What makes its snapshot count for others
is one conditional write of one small object, the ledger: everybody reads it first, and every change
of state (taking the lock, publishing, going back, dropping) is such a write. Who was overtaken
finds that the object is no longer the one that was read, and can change nothing.
"""

from dedupe.remote.hold import Hold, hold
from dedupe.remote.mirror import Mirror
from dedupe.remote.tables import RemoteSnapshot

__all__ = ["Hold", "Mirror", "RemoteSnapshot", "hold"]
