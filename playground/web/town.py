"""Who lives where when the playground opens: rooms and people to begin with."""

from playground.iris.world import World

ROOMS = {
    "우리 반 놀이방": ("민지", "준", "하나"),
    "가족방": ("민지", "아빠"),
    "퇴근길 수다방": ("하나", "도윤", "서연"),
}
"""Room → who is in it. The ids come from the names: after a restart the games in them go on."""


def settle(world: World) -> None:
    """Open the rooms and let the people in."""
    known: dict[str, str] = {}
    for name, people in ROOMS.items():
        room = world.add_room(name)
        for person in people:
            if person not in known:
                known[person] = world.add_person(person).id
            world.join(room.id, known[person])
