"""JavaScript and TypeScript: what a file imports, where that leads, where programs and pages begin."""
