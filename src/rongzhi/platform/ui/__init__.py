"""The one component set: page kinds, tables, forms, charts and the shell around them."""
