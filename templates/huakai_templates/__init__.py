"""Pages, static files, shipped standards and data."""
