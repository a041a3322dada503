"""The members as they are now: everybody holds this one, and its index is replaced when members change."""

from collections.abc import Iterable, Mapping

from hololive_bot.genres import Genre, Genres, Rule
from hololive_bot.index import Index
from hololive_bot.members import Member, Unit
from hololive_bot.seed import Seed


class Directory:
    """Begins with what came with the program, so that names are known before PostgreSQL answers."""

    def __init__(self, seed: Seed) -> None:
        self._units: Mapping[str, Unit] = seed.units
        self._rules: Mapping[Genre, Rule] = seed.genres
        self.genres = Genres(seed.genres)
        self.index = Index(seed.members.values(), seed.units)

    def replace(self, members: Iterable[Member]) -> None:
        """From now on these are the members."""
        self.index = Index(members, self._units)
