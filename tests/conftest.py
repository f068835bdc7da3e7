"""No test uses, or leaves anything in, the folder in which checks of this user are remembered."""

import os

os.environ["BNSYM_CACHE"] = "off"
