-- What a partition has to do. KEYS as ever (conversion and body unused); ARGV: '', at most
-- -> now, due ids, unverified ids, depth of due, of unverified, of dead, score of the oldest due
local most = tonumber(ARGV[2])
local oldest = redis.call('ZRANGE', DUE, 0, 0, 'WITHSCORES')
return {
  now,
  redis.call('ZRANGEBYSCORE', DUE, '-inf', now, 'LIMIT', 0, most),
  redis.call('ZRANGEBYSCORE', UNVERIFIED, '-inf', now, 'LIMIT', 0, most),
  redis.call('ZCARD', DUE), redis.call('ZCARD', UNVERIFIED), redis.call('ZCARD', DEAD),
  oldest[2] or false,
}
