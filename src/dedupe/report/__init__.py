"""What a run shows people."""

from dedupe.report.explain import explain

__all__ = ["explain"]
