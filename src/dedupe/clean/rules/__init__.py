"""Rule tables, as data; ``dedupe.clean.phrases`` compiles them."""
