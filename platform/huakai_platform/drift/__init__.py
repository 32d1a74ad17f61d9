"""How each site departs from its edition: allowed, waived for a while, or unexplained."""
