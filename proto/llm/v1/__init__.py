"""Version 1 of the contract: `llm_service.proto` is the source, `make proto` writes the rest."""
