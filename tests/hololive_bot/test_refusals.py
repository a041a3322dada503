"""Every refusal has a text of its own."""

from hololive_bot.messages import load
from hololive_bot.refusals import REFUSALS


def test_a_refusal_says_what_is_the_matter() -> None:
    say = load()
    texts = {error: say.catalog.error(error(**dict.fromkeys(error.variables, "값"))) for error in REFUSALS}
    assert len(set(texts.values())) == len({error.code for error in REFUSALS}) == 7
    for error, text in texts.items():
        assert ("값" in text) is bool(error.variables)
