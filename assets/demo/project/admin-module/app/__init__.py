"""artstore, admin-module."""
