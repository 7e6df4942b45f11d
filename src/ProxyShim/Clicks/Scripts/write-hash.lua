-- Keeps the newest click. KEYS: the click. ARGV: its xid, its time (ms since 1970; 0: not known), how long it lives (ms), then names and values.
local at = redis.pcall('HGET', KEYS[1], 'clicked_at')
at = type(at) == 'string' and tonumber(at) or nil
if at and at < 100000000000 then at = at * 1000 end
if at and at > tonumber(ARGV[2]) then return 'older' end
if at and at == tonumber(ARGV[2]) and redis.call('HGET', KEYS[1], 'xid') == ARGV[1] then return 'same' end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 'written'
