"""artstore, storage-element."""
