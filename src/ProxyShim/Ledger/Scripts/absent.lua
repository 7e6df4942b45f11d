-- A read-back has proved that nothing landed: to be sent now. Only the holder of the read-back's lease may say so:
-- somebody else may have sent it since the question was put.
-- ARGV: id, token -> 'due' | 'stale' | 'missing'
local refused = refuse(ARGV[2])
if refused then return refused end
local state = get('state')
if state == 'sent' then redis.call('HINCRBY', CONVERSION, 'resends', 1) end
move(state, 'due', now, 'maybe', 0, 'error', state == 'sent' and 'phantom' or 'not_landed')
redis.call('HDEL', CONVERSION, 'token')
return 'due'
