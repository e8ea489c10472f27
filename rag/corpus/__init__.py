"""A synchronised folder of documents: files in, passages out."""
