-- A read-back was inconclusive: to be repeated later. ARGV: id, token, wait ms, body's TTL ms -> 'again' | 'stale' | 'missing'
local refused = check_lease(ARGV[2])
if refused then return refused end
redis.call('ZADD', UNVERIFIED, now + tonumber(ARGV[3]), id)
redis.call('HDEL', CONVERSION, 'token')
extend_body_ttl(tonumber(ARGV[3]), ARGV[4])
return 'again'
