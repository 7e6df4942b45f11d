-- The Customer API has the original request, whoever has been promised its delivery: it has been delivered. Only the holder of the lease may say so.
-- ARGV: id, token, reason -> 'fallback' | 'stale' | 'missing'
local refused = refuse(ARGV[2])
if refused then return refused end
move('held', 'fallback', nil, 'error', ARGV[3])
redis.call('HDEL', CONVERSION, 'token', 'maybe')
redis.call('DEL', BODY)
return 'fallback'
