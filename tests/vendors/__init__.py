"""Servers that stand for the services that tocsind tells: one file each, on what server.py has."""
