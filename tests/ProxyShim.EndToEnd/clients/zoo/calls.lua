-- Plays the zoo's calls with LuaSocket: calls.lua LIBRARY SCRIPT BASE AUTH OUT.
local http, ltn12 = require("socket.http"), require("ltn12")
local library, script, base, auth, out = unpack(arg)
local number = 0
for line in io.lines(script) do
  local method, path, file = line:match("([^\t]*)\t([^\t]*)\t([^\t]*)")
  local headers, body = { Authorization = "Basic " .. auth }, nil
  if file ~= "-" then
    body = assert(io.open(file, "rb")):read("*a")
    headers["Content-Type"], headers["Content-Length"] = "application/json", #body
  end
  local pieces = {}
  local _, status = http.request({
    url = base .. path, method = method, headers = headers, sink = ltn12.sink.table(pieces), source = body and ltn12.source.string(body),
  })
  local kept = assert(io.open(out .. "/" .. number, "wb"))
  kept:write(table.concat(pieces))
  kept:close()
  print(status)
  number = number + 1
end
