"""`python -m lawbook`."""

from lawbook.cli import main

main()
