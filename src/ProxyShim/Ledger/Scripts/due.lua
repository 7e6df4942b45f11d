-- Not sent: to be sent again later. Only the holder of the lease may say so.
-- ARGV: id, token, attempts, wait ms, error, maybe landed 0|1, body's TTL ms -> 'due' | 'stale' | 'missing'
local refused = check_lease(ARGV[2])
if refused then return refused end
redis.call('HINCRBY', CONVERSION, 'attempts', ARGV[3])
transition(get('state'), 'due', now + tonumber(ARGV[4]), 'last_attempt', now, 'error', ARGV[5], 'maybe', ARGV[6])
redis.call('HDEL', CONVERSION, 'token', 'lease')
extend_body_ttl(tonumber(ARGV[4]), ARGV[7])
return 'due'
