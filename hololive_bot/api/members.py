"""Members: who there is, what they are called, whether they still stream."""

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError

from hololive_bot.api.parts import Change, Parts, changing, routed
from hololive_bot.members import Aliases, Member, Standing
from hololive_bot.repository import members as repository
from hololive_bot.repository.operations import bump

Text = Annotated[str, Field(min_length=1, max_length=200)]


class Body(BaseModel):
    """What is sent; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Alias(Body):
    """A further name in a language."""

    type: Literal["ko", "ja", "en"]
    alias: Text


class Graduation(Body):
    """Whether the member still streams. Without `status`, a graduated member is `graduated`."""

    graduated: StrictBool
    status: Standing | None = None
    activity_end: Annotated[str, Field(pattern=r"^\d{4}(-\d\d(-\d\d)?)?$")] | None = None


class Channel(Body):
    """The YouTube channel; null takes it away."""

    channel_id: str | None


class Names(Body):
    """The names that are to change; what is left out stays."""

    english_name: Text | None = None
    japanese_name: Text | None = None
    korean_name: Text | None = None
    short_korean_name: Text | None = None


class MemberRoutes:
    """The routes of members."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def router(self) -> APIRouter:
        """All of them."""
        return routed(
            "members",
            ("GET", "/members", self.every),
            ("POST", "/members", self.add),
            ("POST", "/members/{member_id}/aliases", self.add_alias),
            ("DELETE", "/members/{member_id}/aliases", self.remove_alias),
            ("PATCH", "/members/{member_id}/graduation", self.graduation),
            ("PATCH", "/members/{member_id}/channel", self.channel),
            ("PATCH", "/members/{member_id}/name", self.name),
        )

    async def every(self) -> list[Member]:
        """Every member."""
        return list(self._parts.directory.index.members)

    async def add(self, member: Member) -> Member:
        """Add a member."""
        if unknown := set(member.units) - set(self._parts.directory.index.units):
            raise HTTPException(400, f"{min(unknown)} is no unit")
        async with changing(self._parts, "add", f"member {member.id}") as change:
            if not await repository.insert(change.link, member):
                raise HTTPException(409, f"there is a member {member.id}")
            await bump(change.link, repository.REVISION)
            change.difference = {"after": member.model_dump(mode="json", exclude_defaults=True)}
        return member

    async def add_alias(self, member_id: str, alias: Alias) -> Member:
        """Add a name."""
        async with changing(self._parts, "add_alias", f"member {member_id}") as change:
            member = await _member(change, member_id)
            names = getattr(member.aliases, alias.type)
            if alias.alias in names:
                raise HTTPException(409, "the member is called so already")
            return await _with_aliases(change, member, alias.type, (*names, alias.alias))

    async def remove_alias(self, member_id: str, alias: Alias) -> Member:
        """Take a name away."""
        async with changing(self._parts, "remove_alias", f"member {member_id}") as change:
            member = await _member(change, member_id)
            names = getattr(member.aliases, alias.type)
            if alias.alias not in names:
                raise HTTPException(404, "the member is not called so")
            kept = tuple(name for name in names if name != alias.alias)
            return await _with_aliases(change, member, alias.type, kept)

    async def graduation(self, member_id: str, body: Graduation) -> Member:
        """Whether the member still streams."""
        status = body.status or (Standing.GRADUATED if body.graduated else Standing.ACTIVE)
        if body.graduated is (status is Standing.ACTIVE):
            raise HTTPException(400, f"{status} and graduated={body.graduated} contradict each other")
        return await _change(self._parts, member_id, status=status, activity_end=body.activity_end)

    async def channel(self, member_id: str, body: Channel) -> Member:
        """The member's channel."""
        return await _change(self._parts, member_id, channel_id=body.channel_id)

    async def name(self, member_id: str, body: Names) -> Member:
        """The member's names."""
        given = body.model_dump(exclude_unset=True)
        if not given or given.get("english_name", "x") is None:
            raise HTTPException(400, "say at least one name; english_name cannot be empty")
        return await _change(self._parts, member_id, **given)


async def _change(parts: Parts, member_id: str, **fields: object) -> Member:
    async with changing(parts, "change", f"member {member_id}") as change:
        return await _write(change, await _member(change, member_id), fields)


async def _with_aliases(change: Change, member: Member, language: str, names: tuple[str, ...]) -> Member:
    aliases = Aliases(**(member.aliases.model_dump() | {language: names}))
    return await _write(change, member, {"aliases": aliases})


async def _write(change: Change, member: Member, fields: dict[str, object]) -> Member:
    try:
        changed = Member.model_validate(dict(member) | fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise HTTPException(400, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    await repository.change(change.link, changed, list(fields))
    before, after = member.model_dump(mode="json"), changed.model_dump(mode="json")
    change.difference = {name: [before[name], after[name]] for name in fields}
    return changed


async def _member(change: Change, member_id: str) -> Member:
    member = await repository.find(change.link, member_id)
    if member is None:
        raise HTTPException(404, f"there is no member {member_id}")
    return member
