"""Data without a download: real sets that come with installed packages, and sources whose statistics are known."""
