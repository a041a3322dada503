"""The central LLM inference server: one table of operations, an HTTP door and a gRPC door."""
