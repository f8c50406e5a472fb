"""Limits of the services, and services that are down: what must not be sent now is put off."""
