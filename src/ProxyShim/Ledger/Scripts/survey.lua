-- What a partition has to do. KEYS as ever (conversion, body and calls unused); ARGV: '', at most
-- -> now, due ids, unverified ids, depth of due, of unverified, of dead, score of the oldest due, ids with calls to play, depth of customers with kept
--    calls, of dead calls, since when the first customer's calls wait, held ids whose next look has come, depth of held
local most = tonumber(ARGV[2])
local longest = redis.call('ZRANGE', WAITING, 0, 0, 'WITHSCORES')
local oldest = redis.call('ZRANGE', DUE, 0, 0, 'WITHSCORES')
return {
  now,
  redis.call('ZRANGEBYSCORE', DUE, '-inf', now, 'LIMIT', 0, most),
  redis.call('ZRANGEBYSCORE', UNVERIFIED, '-inf', now, 'LIMIT', 0, most),
  redis.call('ZCARD', DUE), redis.call('ZCARD', UNVERIFIED), redis.call('ZCARD', DEAD),
  oldest[2] or false,
  redis.call('ZRANGEBYSCORE', PLAYING, '-inf', now, 'LIMIT', 0, most),
  redis.call('ZCARD', WAITING), redis.call('ZCARD', LETTERS),
  longest[2] or false,
  redis.call('ZRANGEBYSCORE', HELD, '-inf', now, 'LIMIT', 0, most), redis.call('ZCARD', HELD),
}
