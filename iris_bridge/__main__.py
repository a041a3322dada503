"""`python -m iris_bridge`: KakaoTalk ⇄ the streams."""

import sys

from botkit.runtime.program import start
from iris_bridge.app import NAME, run
from iris_bridge.settings import BridgeSettings

if __name__ == "__main__":
    sys.exit(start(BridgeSettings, run, name=NAME, log_file="iris-bridge.log"))
