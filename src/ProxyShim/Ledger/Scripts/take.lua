-- Takes a due job under a new lease. A claim whose lease has expired may have been sent by its former holder.
-- ARGV: id, token, lease ms, read back after ms ('' = nothing can be read back), body's TTL ms
-- -> 'taken', now, attempts, age_from, maybe, xid, trace, caller, body, claimed_at | 'ambiguous' | 'lost' | 'gone'
local token, lease, wait = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local due = redis.call('ZSCORE', DUE, id)
if not due or tonumber(due) > now then return { 'gone' } end
local state = get('state')
if not state then
  -- An index without its entry: something other than the shim has changed this Redis.
  redis.call('ZREM', DUE, id)
  return { 'gone' }
end
if state == 'claimed' then redis.call('HSET', CONVERSION, 'maybe', 1, 'error', 'lease_expired', 'last_attempt', now) end
local body = redis.call('GET', BODY)
if not body then
  transition(state, 'dead', now, 'dead_at', now, 'error', 'body_lost')
  redis.call('HDEL', CONVERSION, 'token', 'lease')
  return { 'lost' }
end
if wait and get('maybe') == '1' then
  transition(state, 'ambiguous', now + wait)
  redis.call('HDEL', CONVERSION, 'token', 'lease')
  return { 'ambiguous' }
end
transition(state, 'claimed', now + lease, 'token', token, 'lease', text(now + lease))
extend_body_ttl(lease + (wait or 0), ARGV[5])
local known = redis.call('HMGET', CONVERSION, 'attempts', 'age_from', 'maybe', 'xid', 'trace', 'caller', 'claimed_at')
return { 'taken', now, known[1], known[2], known[3], known[4], known[5], known[6], body, known[7] }
