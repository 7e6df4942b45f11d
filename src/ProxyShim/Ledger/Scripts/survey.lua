-- What a partition has to do. KEYS as ever (conversion, body and calls unused); ARGV: '', at most, the latest that it can be by the asker's clock ms,
-- the longest wait there is ms
-- -> now, due ids, unverified ids, depth of due, of unverified, of dead, score of the oldest due, ids with calls to play, depth of customers with kept
--    calls, of dead calls, since when the first customer's calls wait, held ids whose next look has come, depth of held
local most, latest = tonumber(ARGV[2]), math.min(now, tonumber(ARGV[3]))

-- Where this clock was set ahead, entries of before go on waiting by the asker's clock; an entry with a later score than any of these can have was written since.
local function ready(index)
  local ids = redis.call('ZRANGEBYSCORE', index, '-inf', text(latest), 'LIMIT', 0, most)
  if latest < now and #ids < most then
    local since = redis.call('ZRANGEBYSCORE', index, '(' .. text(latest + ARGV[4]), text(now), 'LIMIT', 0, most - #ids)
    for _, each in ipairs(since) do ids[#ids + 1] = each end
  end
  return ids
end

local longest_waiting = redis.call('ZRANGE', WAITING, 0, 0, 'WITHSCORES')
local oldest_due = redis.call('ZRANGE', DUE, 0, 0, 'WITHSCORES')
return {
  now, ready(DUE), ready(UNVERIFIED),
  redis.call('ZCARD', DUE), redis.call('ZCARD', UNVERIFIED), redis.call('ZCARD', DEAD),
  oldest_due[2] or false,
  ready(PLAYING),
  redis.call('ZCARD', WAITING), redis.call('ZCARD', LETTERS),
  longest_waiting[2] or false,
  ready(HELD), redis.call('ZCARD', HELD),
}
