"""What each `pointsman` sub-command does; app/cli.py only declares them."""
