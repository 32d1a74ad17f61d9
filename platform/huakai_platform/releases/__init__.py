"""Bringing an edition of the standard to the sites: tried first, wave by wave, and taken back where it must be."""
