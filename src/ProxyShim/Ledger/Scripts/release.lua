-- Nothing landed and the caller was told so: as if it had never been claimed. Only the holder of the lease may say so,
-- and only as long as no caller has been promised its delivery.
-- ARGV: id, token -> 'released' | 'stale' | 'missing'
local refused = check_lease_unacknowledged(ARGV[2])
if refused then return refused end
redis.call('ZREM', DUE, id)
redis.call('DEL', CONVERSION, BODY)
return 'released'
