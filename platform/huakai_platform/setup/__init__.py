"""The first run of an institution: five steps, left and taken up again at any time."""
