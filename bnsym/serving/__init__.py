"""The language server: what an editor shows of a note while it is typed.

`session` checks texts and remembers verdicts in memory; `documents` holds what is open; the other modules
each turn a report into what one request of the Language Server Protocol asks for. It reads, proves and
substitutes nothing itself. Imported by `bnsym lsp` alone: it needs the extra `lsp`.
"""
