-- Still held: to be looked at again later. Only the holder of the lease may say so.
-- ARGV: id, token, wait ms, whether the Customer API may have it already 0|1, error ('' = none), body's TTL ms -> 'waiting' | 'stale' | 'missing'
local refused = check_lease(ARGV[2])
if refused then return refused end
local wait = tonumber(ARGV[3])
redis.call('HSET', CONVERSION, 'maybe', ARGV[4], 'error', ARGV[5])
redis.call('ZADD', HELD, text(now + wait), id)
redis.call('HDEL', CONVERSION, 'token')
extend_body_ttl(wait, ARGV[6])
return 'waiting'
