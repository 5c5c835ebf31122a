"""What a reader measured: runs read from a table, a law of the book fitted to them, laws compared, checks judged."""
