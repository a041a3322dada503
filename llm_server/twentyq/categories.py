"""The categories of 스무고개. Their order is visible on the wire. Pure."""

from collections.abc import Mapping

NAMES: Mapping[str, tuple[str, ...]] = {
    "organism": ("생물", "동식물", "생명체"),
    "food": ("음식", "먹거리", "요리"),
    "object": ("사물", "물건", "도구"),
    "place": ("장소", "곳", "공간"),
    "concept": ("개념", "관념", "추상"),
    "movie": ("영화", "필름", "작품"),
    "idiom_proverb": ("사자성어", "속담", "고사성어"),
}
"""Category → its display name and words that mean nearly the same; a hint should not spend itself on them."""

CATEGORIES = tuple(NAMES)


def spoken(category: str) -> tuple[str, ...]:
    """The words for a category; an unknown one is called by its own name."""
    return NAMES.get(category, (category,))
