"""Pages that open anywhere: `curate report RUN` and `curate compare A B --html`, each one file without a network."""

TRACES = 10_000  # stand in a report at the most, where nobody says how many
