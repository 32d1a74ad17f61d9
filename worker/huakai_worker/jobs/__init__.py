"""The jobs, one small module a subject."""
