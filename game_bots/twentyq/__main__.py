"""`python -m game_bots.twentyq`: the 스무고개 bot."""

import sys

from botkit.runtime.program import start
from game_bots.twentyq.app import NAME, run
from game_bots.twentyq.settings import TwentyqSettings

if __name__ == "__main__":
    sys.exit(start(TwentyqSettings, run, name=NAME, log_file="twentyq.log"))
