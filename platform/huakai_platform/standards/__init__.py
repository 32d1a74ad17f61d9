"""Editions of the standard every site works by."""
