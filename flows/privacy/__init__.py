"""What keeps patients from being read, disclosed or guessed: file modes, pseudonyms, escaping, disclosure rule."""
