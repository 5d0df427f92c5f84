"""What `check` finds, without a word of how it is printed: shared by the command, the start, `init` and the alarms."""
