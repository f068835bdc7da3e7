"""Programs as text, one printer a language over one for expressions."""
