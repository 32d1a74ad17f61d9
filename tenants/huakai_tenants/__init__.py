"""What one room does with its own rows."""
