"""Google Gemini: the only code that knows google-genai. Import `client` late: the library takes a second."""
