"""Cleaning measured: quality on labelled pages, floors that may not fall, speed, peers."""
