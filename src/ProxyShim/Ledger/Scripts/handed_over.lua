-- The Customer API has the original request: that is its delivery, also where a caller has been promised one. Only the holder of the lease may say so.
-- ARGV: id, token, reason -> 'fallback' | 'stale' | 'missing'
local refused = check_lease(ARGV[2])
if refused then return refused end
transition('held', 'fallback', nil, 'error', ARGV[3])
redis.call('HDEL', CONVERSION, 'token', 'maybe')
redis.call('DEL', BODY)
return 'fallback'
