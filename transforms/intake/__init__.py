"""Text of files to validated tables: forms and units read, a broken form mended, the rest set aside or refused."""
