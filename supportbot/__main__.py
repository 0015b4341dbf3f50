"""`python -m supportbot`, for where the console script is not at hand."""

from supportbot.cli import main

if __name__ == "__main__":
    main()
