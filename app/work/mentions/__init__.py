"""Mentions become tickets, each exactly one."""
