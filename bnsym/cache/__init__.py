"""What earlier checks found, kept in a folder of the user's.

Two things are kept. Of a link: the certificate or the witness, which the kernel judges again
each time, and the evidence. Of a whole run, where nothing at all has changed: what was printed,
shown again, not judged again, and marked so where its format has a place for it. What can't be
vouched for is ignored. No verdict of the kernel rests on any of it.
"""
