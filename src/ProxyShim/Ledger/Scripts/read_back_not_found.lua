-- A read-back has proved that nothing landed: to be sent now. Only the holder of the read-back's lease may say so:
-- another holder may have sent it since PartnerStack was asked.
-- ARGV: id, token -> 'due' | 'stale' | 'missing'
local refused = check_lease(ARGV[2])
if refused then return refused end
local state = get('state')
if state == 'sent' then redis.call('HINCRBY', CONVERSION, 'resends', 1) end
transition(state, 'due', now, 'maybe', 0, 'error', state == 'sent' and 'phantom' or 'not_landed')
redis.call('HDEL', CONVERSION, 'token')
return 'due'
