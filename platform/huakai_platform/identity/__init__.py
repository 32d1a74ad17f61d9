"""Accounts, sign-in, memberships and invitations."""
