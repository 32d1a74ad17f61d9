"""The tree of administrative regions."""
