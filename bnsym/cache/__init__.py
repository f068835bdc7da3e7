"""What earlier checks found, kept in a folder of the user's.

Two things are kept. Of a link: the certificate or the witness, which the kernel judges again
each time, and the evidence. Of a whole run, where nothing at all has changed: what was printed,
shown again and marked as such. What can't be vouched for is ignored. Trusted for nothing.
"""
