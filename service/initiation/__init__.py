"""`init`: asks what it needs in plain words, tries each answer at once, and writes the settings."""
