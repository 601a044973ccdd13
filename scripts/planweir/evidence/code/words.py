"""Which names of calls assert something: `assert_total`, `expectThrows`, `checkInvoice`, `screen.getByText`."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# A name with one of these asserts, whosever it is.
STRONG = frozenset(
    """assert asserts asserting asserted assertion assertions expect expects should refute raises raised throws warns flunk
    fails snapshot must wont golden approvals deprecated unreachable""".split()
)
# One of these may as well be what is tested: `validate(order)`. It asserts where it is a helper's, not the product's.
WEAK = frozenset(
    """check checks checker verify verifies verified verification ensure ensures validate validates compare compares match
    matches equal equals same confirm require requires diff prove demand fail fatal failed works holds approve approved test
    tests tester until harness roundtrip""".split()
)
# Calls that end a test as failed, or that raise where what they ask about is not so.
EXACT = frozenset(
    """check_call check_output check_returncode raise_for_status fail assertThat assert_that verify benchmark compile_fail
    waitFor waitForSelector waitForText""".split()
)
_FINDS = re.compile(r"(?:get|find)(?:All)?By[A-Z]\w*|wait_for\w*")
_OF_TESTS = re.compile(
    r"(?i)|self|cls|this|super\(?\)?|t|tb|.*(?:test|mock|spy|stub|fake|assert|verif|helper|check|page|robot|expect|should|support|util|suite).*"
)


def words(name: str) -> set[str]:
    return {word.lower() for word in _WORDS.findall(name)}


def asserts(receiver: str, name: str, product: Container[str] = ()) -> bool:
    """Does a call of this name on this receiver assert something? `product`: names that come from the code under test."""
    found = words(name)
    if found & STRONG or name in EXACT or _FINDS.fullmatch(name):
        return True
    last = receiver.rpartition(".")[2]
    if last in ("should", "expect", "assert", "Assert", "verify", "Verify", "assertThat"):
        return True
    if not found & WEAK:
        return False
    if not receiver:
        return name not in product
    first = receiver.partition(".")[0]
    if first in product and first not in ("self", "this", "cls"):
        return False
    return bool(_OF_TESTS.fullmatch(last)) or last[:1].isupper()


_TESTING = re.compile(r"(?i)test|spec|assert|check|verify|helper|conftest|fixture|support|util|expect|mock|hamcrest|snapshot|hypothesis")


def for_tests(module: str) -> bool:
    """Is a module, by its name, one of helpers for tests rather than the code that is tested?"""
    return bool(_TESTING.search(module))
