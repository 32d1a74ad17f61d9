"""Registers: one engine for every list of entries that an edition defines, at a room or at the institution."""
