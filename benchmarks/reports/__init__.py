"""What was measured, for people: tables, pictures, the page of the docs, extrapolation."""
