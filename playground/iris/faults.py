"""What can be switched to go wrong on the fake phone."""

from pydantic import BaseModel, ConfigDict, Field


class Faults(BaseModel):
    """All switches; what is not said is off. Counts run down by themselves."""

    model_config = ConfigDict(extra="forbid")

    conflated: bool = Field(False, description="the send queue keeps only the newest message, as Iris' does")
    dead: bool = Field(False, description="KakaoTalk is dead: nothing goes out, what is typed comes later")
    mute: bool = Field(False, description="KakaoTalk receives, but what is sent vanishes; Iris says success")
    send_delay_ms: float = Field(0, ge=0, description="a message needs so long to appear in the room")
    event_delay_ms: float = Field(0, ge=0, description="rows are pushed so much later")
    drop_events: int = Field(0, ge=0, description="so many of the next rows are not pushed")
    drop_sends: int = Field(0, ge=0, description="so many of the next messages vanish")
    fail_replies: int = Field(0, ge=0, description="so many of the next posts are answered with 500")
    fail_queries: int = Field(0, ge=0, description="so many of the next queries are answered with 500")
    duplicate: bool = Field(False, description="every row is pushed twice")
    reorder: bool = Field(False, description="rows are pushed in swapped pairs")
    null_nicknames: bool = Field(False, description="KakaoTalk does not tell who is who")
    odd_json: bool = Field(False, description="ids as JSON numbers beyond 2^53, and fields nobody knows")

    def spend(self, count: str) -> bool:
        """Whether the fault counted by this field strikes now."""
        left: int = getattr(self, count)
        setattr(self, count, max(0, left - 1))
        return left > 0
