"""Rooms and spaces of a site."""
