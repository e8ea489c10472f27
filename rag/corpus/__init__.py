"""A folder of documents, kept in step: files in, passages out."""
