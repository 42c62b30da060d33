"""The model: plain typed documents, versioned, with units."""
