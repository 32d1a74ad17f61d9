"""Finding things in a room: its pages and its checklists."""
