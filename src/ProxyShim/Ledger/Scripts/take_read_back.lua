-- Takes a conversion that is to be read back; it comes up again when the lease expires.
-- ARGV: id, token, lease ms
-- -> 'taken', now, attempts, age_from, maybe, xid, trace, caller, body, claimed_at, state, resends, read_backs, last_attempt | 'gone'
local token, lease = ARGV[2], tonumber(ARGV[3])
local due = redis.call('ZSCORE', UNVERIFIED, id)
if not due or tonumber(due) > now then return { 'gone' } end
if not get('state') then
  -- An index without its entry: something other than the shim has changed this Redis.
  redis.call('ZREM', UNVERIFIED, id)
  return { 'gone' }
end
redis.call('ZADD', UNVERIFIED, now + lease, id)
redis.call('HSET', CONVERSION, 'token', token)
local read_backs = redis.call('HINCRBY', CONVERSION, 'read_backs', 1)
local known = redis.call('HMGET', CONVERSION, 'attempts', 'age_from', 'maybe', 'xid', 'trace', 'caller', 'claimed_at', 'state', 'resends', 'last_attempt')
return {
  'taken', now, known[1], known[2], known[3], known[4], known[5], known[6], redis.call('GET', BODY),
  known[7], known[8], known[9], read_backs, known[10],
}
