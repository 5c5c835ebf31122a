"""What is claimed: entries, read and checked."""
