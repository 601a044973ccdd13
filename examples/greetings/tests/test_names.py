from greetings.names import tidy


def test_stray_blanks_go() -> None:
    assert tidy("  grace  hopper ") == "Grace Hopper"


def test_capitals_inside_a_word_stay() -> None:
    assert tidy("alan McCarthy") == "Alan McCarthy"
