"""The rules and notices on the wall of a room."""
