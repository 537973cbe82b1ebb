"""Invented news: articles and pages with planted copies, made from a seed.

Anyone can make the same corpus: words are random syllables among ordinary function words, stories
have their own people, places, topics and figures, sites have their own furniture.
"""
