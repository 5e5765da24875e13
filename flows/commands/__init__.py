"""The commands, a file each; `flows/cli.py` names them, and loads the one that is asked for."""
