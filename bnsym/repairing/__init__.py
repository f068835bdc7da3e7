"""The smallest change of a note that makes a refuted link true, proved before it is shown.

    spots → edits → trial, combining → stages → search, unread → patch

Untrusted: a change counts only if the changed note is read again and its link proved.
"""
