"""Bringing releases in: read, clean, match, plan, apply."""
