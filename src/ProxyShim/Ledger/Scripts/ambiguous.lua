-- It may have landed: to be read back before anything else. Only the holder of the lease may say so.
-- ARGV: id, token, attempts, read back after ms, error -> 'ambiguous' | 'stale' | 'missing'
local refused = check_lease(ARGV[2])
if refused then return refused end
redis.call('HINCRBY', CONVERSION, 'attempts', ARGV[3])
transition(get('state'), 'ambiguous', now + tonumber(ARGV[4]), 'last_attempt', now, 'error', ARGV[5], 'maybe', 1)
redis.call('HDEL', CONVERSION, 'token', 'lease')
return 'ambiguous'
