"""The command ``gateway``."""

import gc


def main() -> None:
    """Run the command."""
    # Nothing of what is loaded is garbage: to look for some takes a third of the start, and time ever after.
    gc.disable()
    from gateway.cli.commands import main as run  # noqa: PLC0415 - what is not to be looked at

    gc.freeze()
    gc.enable()
    run()
