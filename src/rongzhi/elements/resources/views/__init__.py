"""Pages of the park's records."""
