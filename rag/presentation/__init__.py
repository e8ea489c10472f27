"""All wording for users and all JSON for programs."""
