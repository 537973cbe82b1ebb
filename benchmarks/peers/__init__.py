"""Others that do some of the same work, each in an environment of its own."""
