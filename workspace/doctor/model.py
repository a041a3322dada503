"""Does the LLM server answer at each of its gRPC doors, with the key that the bots have?"""

import asyncio

from google.protobuf.empty_pb2 import Empty

from botkit.chat.errors import UserError
from botkit.llm.client import BadAddress, LlmClient
from botkit.runtime.settings import LlmSettings, load
from workspace.doctor.faces import hosts
from workspace.doctor.finding import Finding, fail, ok, warn
from workspace.links import Links
from workspace.programs import LLM_SERVER

SECONDS = 3.0
PORT = "40528"


async def check_doors(links: Links) -> list[Finding]:
    """The bots' door, the Unix socket, TCP. Only the one that the bots use must be open."""
    env, settings = links.env, load(LlmSettings)
    used = settings.llm_base_url
    others = [f"unix://{env['GRPC_SOCKET_PATH']}"] if env.get("GRPC_SOCKET_PATH") else []
    port = env.get("GRPC_PORT") or PORT
    others.append(f"grpc://{(await hosts(LLM_SERVER, int(port)))[0]}:{port}")
    doors = [used, *(door for door in others if door != used)]
    return list(await asyncio.gather(*(_door(settings, door, needed=door == used) for door in doors)))


async def _door(settings: LlmSettings, url: str, *, needed: bool) -> Finding:
    limits = {"llm_timeout_seconds": SECONDS, "llm_connect_timeout_seconds": SECONDS / 3}
    try:
        client = LlmClient(settings.model_copy(update={"llm_base_url": url, **limits}))
    except BadAddress as error:
        return fail(url, str(error), "mend LLM_BASE_URL")
    try:
        found = await client.call(client.rpc.GetModelConfig, Empty())
    except UserError as error:
        said = "; ".join(getattr(error, "__notes__", ())) or error.code
        if "UNAUTHENTICATED" in said:
            return fail(url, said, "the server has another HTTP_API_KEY: restart it, or mend LLM_API_KEY")
        if needed:
            return fail(url, said, "start the LLM server; the bots use this door (LLM_BASE_URL)")
        return warn(url, said, "no bot uses this door; open it if you want to (GRPC_ENABLED, GRPC_HOST)")
    finally:
        await client.close()
    return ok(url, f"model {found.model_default}")
