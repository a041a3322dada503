"""`python -m hololive_bot`: the hololive bot."""

import sys

from botkit.runtime.program import start
from hololive_bot.app import NAME, run
from hololive_bot.settings import HololiveSettings

if __name__ == "__main__":
    sys.exit(start(HololiveSettings, run, name=NAME, log_file="hololive-bot.log"))
