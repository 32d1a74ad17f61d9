"""Taking in sites: register, life cycle, opening."""
