-- The Customer API gets this customer, now and ever after. Only the holder of the lease may say so, and only as long as
-- no caller has been promised its delivery.
-- ARGV: id, token, attempts, reason -> 'fallback' | 'stale' | 'missing'
local refused = check_lease_unacknowledged(ARGV[2])
if refused then return refused end
redis.call('HINCRBY', CONVERSION, 'attempts', ARGV[3])
transition(get('state'), 'fallback', nil, 'error', ARGV[4])
redis.call('HDEL', CONVERSION, 'token', 'lease')
redis.call('DEL', BODY)
return 'fallback'
