"""What a reader says of a file that it can't read."""


class FormError(ValueError):
    """A file that can't be read; the message says what it is and what to do, and quotes nothing of a patient's."""
