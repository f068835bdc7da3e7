"""Who does the work of a check: this process, helpers of its own, or any executor.

What is asked for goes out as plain data and comes back as plain data. A verdict never
travels: the kernel of this process makes it from the certificate or the witness.
"""
