"""What a room has changed of its edition within what the edition allows: small differences, never copies."""
