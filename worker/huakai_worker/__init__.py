"""Jobs: what happens after a change was committed."""
