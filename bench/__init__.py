"""Measurements against stated yardsticks, in one run. `make bench` prints them; no test times."""
