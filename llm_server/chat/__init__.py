"""Free conversation with the model, for operators and programs other than the games."""
