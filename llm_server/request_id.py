"""The name of a call in every log, given by the caller or made here; both doors treat it alike."""

import secrets

LONGEST = 128


def accepted(given: str | None) -> str:
    """The caller's id, or a new one when it is missing, too long or not printable ASCII."""
    if given and len(given) <= LONGEST and given.isascii() and given.isprintable():
        return given
    return secrets.token_hex(16)
