"""A year of believable life for the rooms of the demonstration: the same for the same site, written once."""
