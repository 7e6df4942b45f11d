-- What became of the call that was taken. Only the holder of the lease may say so. The next one is due at once.
-- ARGV: id, token, 'played' | 'again' | 'dead', wait ms, whether it may have landed 0|1, reason -> 'played' | 'again' | 'dead' | 'stale'
local outcome, wait = ARGV[3], tonumber(ARGV[4])
if call_field('token') ~= ARGV[2] then return 'stale' end
redis.call('HDEL', CALLS, 'token')
if outcome == 'again' then
  if ARGV[5] == '0' then redis.call('HDEL', CALLS, 'tried') end
  redis.call('ZADD', PLAYING, text(now + wait), id)
  return outcome
end
local number = call_field('first')
local call = call_field('c:' .. number)
redis.call('HDEL', CALLS, 'c:' .. number, 'tried', 'attempts')
if outcome == 'dead' then
  redis.call('HSET', CALLS, 'd:' .. number, call, 'r:' .. number, ARGV[6])
  redis.call('HINCRBY', CALLS, 'letters', 1)
  redis.call('ZADD', LETTERS, text(now), id .. ':' .. number)
end
local left = redis.call('HINCRBY', CALLS, 'count', -1)
if left > 0 then
  redis.call('HINCRBY', CALLS, 'bytes', -#call)
  redis.call('HSET', CALLS, 'first', tonumber(number) + 1)
  redis.call('ZADD', WAITING, text(now), id)
  redis.call('ZADD', PLAYING, text(now), id)
  return outcome
end
end_waiting()
return outcome
