"""Write every dashboard to its JSON file: `python -m grafana`, or `make dashboards`."""

import json
from pathlib import Path

from grafana.overview import overview

FOLDER = Path(__file__).parent / "dashboards"


def render() -> dict[str, str]:
    """Return file name -> text of every dashboard."""
    return {"overview.json": json.dumps(overview(), indent=2) + "\n"}


def main() -> None:
    """Write the files that provisioning reads."""
    for name, text in render().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
