"""Activities of a room: planned, held, counted as sessions, attendances and people, which are never added up."""
