"""Entry point of `python -m wasl` and of the `wasl` command."""

from wasl.app import main

if __name__ == "__main__":
    main()
