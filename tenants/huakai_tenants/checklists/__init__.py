"""Checklists of a site: due, filled, complete."""
