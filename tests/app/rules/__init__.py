"""The rules language, its checks, and the shipped files."""
