"""Clean: HTML or plain text to an article, every cut recorded with its rule."""

from dedupe.clean.stage import clean, clean_document

__all__ = ["clean", "clean_document"]
