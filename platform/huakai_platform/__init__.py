"""The shared platform: identity, regions, standards, onboarding and oversight."""
