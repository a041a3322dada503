"""`python -m llm_server`: the LLM server."""

import sys

from botkit.runtime.program import start
from llm_server.app import NAME, run
from llm_server.settings import ServerSettings

if __name__ == "__main__":
    sys.exit(start(ServerSettings, run, name=NAME, log_file="server.log"))
