"""The languages that the report speaks; flows/report/lang has a catalogue of each."""

LANGUAGES = ("en", "ja")
