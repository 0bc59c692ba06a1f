"""A stored configuration is built as it was."""

from datetime import date
from importlib.resources import as_file, files

import pytest

from mppmon.config import ConfigErrors, from_normalised, load

DAY = date(2026, 11, 23)


def test_the_example_mall_comes_back_as_it_was() -> None:
    with as_file(files("mppmon.demo").joinpath("mall")) as directory:
        loaded = load(directory, today=DAY)
        again = from_normalised(loaded.normalised, today=DAY, directory=directory.absolute())
    assert again.revision == loaded.revision
    assert again.normalised == loaded.normalised
    for part in ("site", "agencies", "services", "devices", "hours"):
        assert getattr(again.mall, part) == getattr(loaded.mall, part)
    for name, counter in loaded.mall.counters.items():  # canonical JSON sorts the services of a counter
        assert set(again.mall.counters[name].offers) == set(counter.offers)
        assert again.mall.counters[name].roles == counter.roles
    assert again.rules == loaded.rules
    assert again.people == loaded.people
    assert again.rotations == loaded.rotations
    assert {one.check: one for one in again.targets} == {one.check: one for one in loaded.targets}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"rules": 1}', '{"rules": {}, "site.yaml": {}}'])
def test_what_is_no_configuration_is_refused(text: str) -> None:
    with pytest.raises(ConfigErrors, match="stored configuration"):
        from_normalised(text, today=DAY)
