"""Editing any definition by its shape: where an entry stands, the form that asks for it, and the entry read back."""
