// What makes the pages quicker. Without this script every page can be read and every form sent.
