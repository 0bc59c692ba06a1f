"""All files of a configuration that passed every check."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

from pydantic import BaseModel

from mppmon.config import settings as models
from mppmon.config.draft import Draft
from mppmon.config.settings_maintenance import MaintenanceFile

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Files:
    """One model per file, none missing."""

    site: models.SiteFile
    agencies: models.AgenciesFile
    counters: models.CountersFile
    devices: models.DevicesFile
    people: models.PeopleFile
    channels: models.ChannelsFile
    rules: models.RulesFile
    daemon: models.DaemonFile
    maintenance: MaintenanceFile

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Return the files of a draft without problems (a file that could not be read is one)."""
        return cls(
            site=_there(draft.site),
            agencies=_there(draft.agencies),
            counters=_there(draft.counters),
            devices=_there(draft.devices),
            people=_there(draft.people),
            channels=_there(draft.channels),
            rules=_there(draft.rules),
            daemon=_there(draft.daemon),
            maintenance=_there(draft.maintenance),
        )

    @classmethod
    def kept(cls, parts: Mapping[str, object]) -> Self:
        """Return the files of a normalised configuration, whose rules are kept apart. KeyError, ValueError when it is
        not one.
        """
        return cls(
            rules=models.RulesFile(),
            site=models.SiteFile.model_validate(parts["site.yaml"]),
            agencies=models.AgenciesFile.model_validate(parts["agencies.yaml"]),
            counters=models.CountersFile.model_validate(parts["counters.yaml"]),
            devices=models.DevicesFile.model_validate(parts["devices.yaml"]),
            people=models.PeopleFile.model_validate(parts["people.yaml"]),
            channels=models.ChannelsFile.model_validate(parts["channels.yaml"]),
            daemon=models.DaemonFile.model_validate(parts["daemon.yaml"]),
            maintenance=MaintenanceFile.model_validate(parts.get("maintenance.yaml", {})),  # kept before it was
        )

    def by_name(self) -> Mapping[str, BaseModel]:
        """Return the models by file name."""
        return {name: getattr(self, name.removesuffix(".yaml")) for name in models.FILES}


def _there(model: Model | None) -> Model:
    if model is None:
        raise AssertionError("a file without a model and without a problem")
    return model
