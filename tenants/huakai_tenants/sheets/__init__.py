"""Filled-in workbooks of a room on their way in."""
