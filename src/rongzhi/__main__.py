"""Run the commands as ``python -m rongzhi``."""

from rongzhi.cli import main

if __name__ == "__main__":
    main()
