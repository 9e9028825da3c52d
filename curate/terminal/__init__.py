"""What the commands print: progress, funnel, query results, records and sources."""
