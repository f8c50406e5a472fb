"""Finds the route that decides about a ticket, and traces all others."""
