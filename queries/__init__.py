"""Read-only questions over the CRM tables; knows nothing of the web."""
