"""Stretches of the calendar that records are kept for, and their words. Pure."""

from enum import Enum


class Span(Enum):
    """A stretch of the Korean calendar up to now."""

    DAY = "일간"
    WEEK = "주간"
    MONTH = "월간"
    ALL = "전체"
