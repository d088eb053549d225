"""gpt-oss over an OpenAI-compatible endpoint, the home of the openai client; floor 4."""
