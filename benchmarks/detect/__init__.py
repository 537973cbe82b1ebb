"""Detection measured: speed of its steps, quality on pairs, the index at size, peers."""
