"""All that defines or writes the CRM tables."""
