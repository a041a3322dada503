"""Pictures for the bridge: bytes under a key on valkey-mq, because a stream must stay light."""

from hashlib import sha256

from redis.asyncio import Redis

KEPT_SECONDS = 600
"""As long as a reply may wait for the bridge."""


async def put(mq: Redis, data: bytes) -> str:
    """Store a picture; returns the name for `Reply.image`. Equal pictures have equal names."""
    key = f"kakao:image:{sha256(data).hexdigest()}"
    await mq.set(key, data, ex=KEPT_SECONDS)
    return key
