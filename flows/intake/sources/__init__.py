"""What rows come from: text, Parquet, workbooks, files of statistics programs, NDJSON, one select over any of them, and
databases. Each has a header, and rows as text (source.py); everything after that is the same for all.
"""
