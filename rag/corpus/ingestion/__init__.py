"""A file -> a document -> passages -> index terms; files are read in processes of their own."""
