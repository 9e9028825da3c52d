"""Pages that open anywhere: `curate report RUN` and `curate compare A B --html`, each one file without a network."""
