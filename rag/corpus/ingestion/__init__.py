"""File -> document -> passages -> index terms; files are read in separate processes."""
