"""A second checker."""
