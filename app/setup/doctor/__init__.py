"""Read-only checks of a live connection, each with one line of remedy. Adding one is a function in one list."""
