"""`python -m mppmon`."""

from mppmon.cli import main

if __name__ == "__main__":
    main()
