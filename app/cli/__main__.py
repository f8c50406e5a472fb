"""`python -m app.cli`, as `pointsman`."""

from app.cli.main import main

main()
