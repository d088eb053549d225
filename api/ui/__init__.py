"""The web page, shipped as package data; floor 5."""
