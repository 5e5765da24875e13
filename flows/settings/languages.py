"""The languages that the report speaks; flows/drawing/lang has a catalogue of each."""

LANGUAGES = ("en", "ja")
