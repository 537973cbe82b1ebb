"""Benchmarks: speed, memory and quality, beside others and against history.

``python -m benchmarks --help`` lists them. Every figure in the docs comes from one of these.
"""
