-- A read-back told nothing: to be asked again later. ARGV: id, token, wait ms, body's life ms -> 'again' | 'stale' | 'missing'
local refused = refuse(ARGV[2])
if refused then return refused end
redis.call('ZADD', UNVERIFIED, now + tonumber(ARGV[3]), id)
redis.call('HDEL', CONVERSION, 'token')
keep(tonumber(ARGV[3]), ARGV[4])
return 'again'
