import planweir


def test_the_package_has_a_version() -> None:
    assert planweir.__version__ == "0.5.0"
