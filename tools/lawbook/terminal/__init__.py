"""The book in a terminal: lists, search and entries as text and as JSON, quick from the second call on."""
