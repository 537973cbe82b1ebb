"""Measuring: processes watched to their end, figures with their spread, results kept by part."""
