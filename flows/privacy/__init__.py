"""What keeps patients from being read, told or guessed: modes of files, pseudonyms, escaping, rule of disclosure."""
