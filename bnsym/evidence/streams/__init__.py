"""A batch of any size in blocks: floats with error bounds."""
