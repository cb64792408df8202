"""artstore, query-module."""
