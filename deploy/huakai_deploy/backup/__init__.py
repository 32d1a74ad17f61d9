"""Backup and restore: everything, or one tenant into a system that others work in."""
