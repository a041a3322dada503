"""The tree of errors that people read."""

from botkit.chat.errors import Bug, Failed, Refused, tree


def test_the_tree_holds_every_error_with_a_text_once() -> None:
    found = [error for error in tree() if not error.__module__.startswith("tests.")]

    assert Bug in found
    assert not {Failed, Refused} & set(found)
    assert len({error.code for error in found}) == len(found)
    assert set(tree(Bug)) == {Bug}
