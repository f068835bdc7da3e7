"""The report for people, in a terminal."""
