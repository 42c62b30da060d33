"""The API: every app's routes under one address, with one way to ask, one shape of refusal, one reference."""
