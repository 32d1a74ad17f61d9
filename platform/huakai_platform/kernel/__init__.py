"""What every feature stands on: settings, database, tenancy, outbox, access."""
