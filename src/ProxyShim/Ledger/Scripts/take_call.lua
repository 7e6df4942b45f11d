-- Takes a customer's first kept call, once PartnerStack shows the customer. A call that was begun before and not settled may have landed.
-- ARGV: id, token, lease ms -> 'taken', number, call, begun before 0|1, attempts, now, what brought the customer (Referrals) | 'waiting' | 'gone'
local at = redis.call('ZSCORE', PLAYING, id)
if not at or tonumber(at) > now then return { 'gone' } end
local state = get('state')
if not is_playable(state) then
  redis.call('ZADD', PLAYING, text(next_look(state)), id)
  return { 'waiting' }
end
local number = call_field('first')
local call = number and call_field('c:' .. number)
if not call then
  -- An index without its calls: something other than the shim has changed this Redis.
  redis.call('ZREM', PLAYING, id)
  redis.call('ZREM', WAITING, id)
  return { 'gone' }
end
local begun = call_field('tried') == number and '1' or '0'
redis.call('HSET', CALLS, 'token', ARGV[2], 'tried', number)
redis.call('ZADD', PLAYING, text(now + ARGV[3]), id)
return {
  'taken', number, call, begun, redis.call('HINCRBY', CALLS, 'attempts', 1), now,
  redis.call('HMGET', CONVERSION, 'state', 'xid', 'partner', 'sub_ids', 'claimed_at'),
}
