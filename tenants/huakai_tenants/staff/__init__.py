"""The people who work at a site: posts, A and B roles, qualifications."""
