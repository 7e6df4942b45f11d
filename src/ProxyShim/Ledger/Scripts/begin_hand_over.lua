-- The original request is about to be handed to the Customer API: from here on it may have it. Only the holder of the lease may say so, and its lease is renewed.
-- ARGV: id, token, lease ms, why there is no conversion -> 'begun' | 'stale' | 'missing'
local refused = check_lease(ARGV[2])
if refused then return refused end
redis.call('HINCRBY', CONVERSION, 'attempts', 1)
redis.call('HSET', CONVERSION, 'maybe', 1, 'last_attempt', now, 'reason', ARGV[4])
redis.call('ZADD', HELD, text(now + tonumber(ARGV[3])), id)
return 'begun'
