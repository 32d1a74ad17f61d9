"""What a room comes to as numbers, counted from the rows of all its features."""
