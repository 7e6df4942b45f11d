-- Takes a held creation whose next look is due; it comes up again when the lease expires.
-- ARGV: id, token, lease ms, read back after ms ('' = nothing can be read back)
-- -> 'taken', now, attempts, age_from, maybe, xid, trace, caller, body, claimed_at, reason | 'lost' | 'gone'
local at = redis.call('ZSCORE', HELD, id)
if not at or tonumber(at) > now then return { 'gone' } end
if get('state') ~= 'held' then
  -- An older version knows the state's name and not its index: it leaves an entry that it has erased here.
  redis.call('ZREM', HELD, id)
  return { 'gone' }
end
local body = redis.call('GET', BODY)
if not body then
  transition('held', 'dead', now, 'dead_at', now, 'error', 'body_lost')
  redis.call('HDEL', CONVERSION, 'token')
  return { 'lost' }
end
if is_unconfirmed() then redis.call('HSET', CONVERSION, 'maybe', 1, 'error', 'lease_expired') end
-- What the Customer API may have is asked for when it can show it, and no sooner: a hand-over whose worker has died waits for its lease only.
local wait = tonumber(ARGV[4])
if wait and get('maybe') == '1' then
  local readable = tonumber(get('last_attempt')) + wait
  if readable > now then
    redis.call('ZADD', HELD, text(readable), id)
    return { 'gone' }
  end
end
redis.call('ZADD', HELD, text(now + tonumber(ARGV[3])), id)
redis.call('HSET', CONVERSION, 'token', ARGV[2])
redis.call('HINCRBY', CONVERSION, 'looks', 1)
local known = redis.call('HMGET', CONVERSION, 'attempts', 'age_from', 'maybe', 'xid', 'trace', 'caller', 'claimed_at', 'reason')
return { 'taken', now, known[1], known[2], known[3], known[4], known[5], known[6], body, known[7], known[8] }
