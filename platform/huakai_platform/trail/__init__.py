"""The audit trail: read, searched, exported, its heads signed and its chains verified."""
