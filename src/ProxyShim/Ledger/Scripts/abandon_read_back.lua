-- There is no key pair any more: what was sent cannot be proved, and its body is of no use any more. Only the holder of the read-back's lease may say so.
-- ARGV: id, token -> 'unprovable' | 'stale' | 'missing'
local refused = check_lease(ARGV[2])
if refused then return refused end
redis.call('ZREM', UNVERIFIED, id)
redis.call('HDEL', CONVERSION, 'token')
redis.call('DEL', BODY)
return 'unprovable'
