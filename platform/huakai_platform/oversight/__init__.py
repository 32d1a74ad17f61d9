"""Facts and rollups: numbers, never persons."""
