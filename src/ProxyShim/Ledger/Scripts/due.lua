-- Not sent: to be sent again later. Only the holder of the lease may say so.
-- ARGV: id, token, attempts, wait ms, error, maybe landed 0|1, body's life ms -> 'due' | 'stale' | 'missing'
local refused = refuse(ARGV[2])
if refused then return refused end
redis.call('HINCRBY', CONVERSION, 'attempts', ARGV[3])
move(get('state'), 'due', now + tonumber(ARGV[4]), 'last_attempt', now, 'error', ARGV[5], 'maybe', ARGV[6])
redis.call('HDEL', CONVERSION, 'token', 'lease')
keep(tonumber(ARGV[4]), ARGV[7])
return 'due'
