"""The durable core on SQLite and PostgreSQL."""
