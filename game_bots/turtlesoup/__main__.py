"""`python -m game_bots.turtlesoup`: the 바다거북수프 bot."""

import sys

from botkit.runtime.program import start
from game_bots.turtlesoup.app import NAME, run
from game_bots.turtlesoup.settings import TurtlesoupSettings

if __name__ == "__main__":
    sys.exit(start(TurtlesoupSettings, run, name=NAME, log_file="turtlesoup.log"))
