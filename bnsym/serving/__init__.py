"""The servers: for an editor, verdicts while one types; for an assistant, verdicts as tools.

`session` checks texts and remembers verdicts in memory. `server` speaks the Language Server Protocol;
`documents` holds what is open, and the other modules each turn a report into what one request asks for.
`assistants` speaks the Model Context Protocol. They read, prove and substitute nothing themselves. Imported
by `bnsym lsp` and `bnsym mcp` alone: each needs the extra of its name.
"""
