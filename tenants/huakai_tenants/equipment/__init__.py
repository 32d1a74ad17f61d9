"""The equipment of a room."""
