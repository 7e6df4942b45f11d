-- wrk -s requests.lua … -- TEMPLATE FIRST: sends the request in the file TEMPLATE, each time with the next customer_key after FIRST,
-- so that no key is sent twice: a repeat is a duplicate, and a duplicate is answered without a conversion.
local placeholder = "########"
local parts = {}
local threads = {}
local format, concat = string.format, table.concat

function setup(thread)
    threads[#threads + 1] = thread
end

function init(args)
    local file = assert(io.open(args[1], "rb"))
    local template = file:read("*a")
    file:close()
    local from = 1
    while true do
        local start, stop = template:find(placeholder, from, true)
        parts[#parts + 1] = template:sub(from, (start or 0) - 1)
        if not start then break end
        from = stop + 1
    end
    next_key = tonumber(args[2])
end

function request()
    local key = format("c%07d", next_key)
    next_key = next_key + 1
    return concat(parts, key)
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(format("RESULT requests=%d microseconds=%d status=%d socket=%d timeout=%d next=%d\n",
        summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write, errors.timeout,
        threads[1]:get("next_key")))
end
