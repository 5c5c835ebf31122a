"""What a reader measured on a model of their own, held against the laws of the book."""
