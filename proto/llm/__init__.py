"""The contract of the LLM server, and the code that protoc makes from it."""
