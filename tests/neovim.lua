-- Opens a note as a user of Neovim does, mends it by code actions, and says what was seen.
-- Arguments, by the environment: PYTHON, which has bnsym; OUT, the file for what was seen.

local seen = {}

local function await(what, condition)
  assert(vim.wait(45000, condition, 20), "waited in vain for " .. what)
end

vim.ui.select = function(items, _, choose) choose(items[1], 1) end
local server = { name = "bnsym", cmd = { vim.env.PYTHON, "-m", "bnsym", "lsp" } }
local client = (vim.lsp.start or vim.lsp.start_client)(server)
vim.lsp.buf_attach_client(0, client)

await("diagnostics", function() return #vim.diagnostic.get(0) > 0 end)
local first = vim.diagnostic.get(0)[1]
seen.first = { first.source, first.severity, first.lnum, first.col }

vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col })
vim.lsp.buf.code_action({ context = { only = { "quickfix" }, diagnostics = {} } })
await("a mended note", function() return vim.bo.modified end)
seen.mended = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n")

await("a note without diagnostics", function() return #vim.diagnostic.get(0) == 0 end)
local place = vim.lsp.util.make_position_params(0, "utf-16")
local hover = vim.lsp.buf_request_sync(0, "textDocument/hover", place, 20000)[client].result
seen.hover = hover.contents.value

vim.fn.writefile({ vim.json.encode(seen) }, vim.env.OUT)
vim.cmd("quitall!")
