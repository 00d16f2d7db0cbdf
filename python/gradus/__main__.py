"""``python -m gradus`` is the command line."""

from .cli import main

main()
