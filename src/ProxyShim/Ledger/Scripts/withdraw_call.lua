-- The caller of a call that may have been kept was given another answer: it must not be played as well, unless that has begun. Those behind it move up, for the
-- numbers have no gaps: an older replica takes one for the end.
-- ARGV: id, the call's nonce, not_after of keeping it -> 'withdrawn' | 'begun' | 'gone' | 'early' (it is not there, and may come yet)
local first, last = tonumber(call_field('first') or '1'), count_of('last')
local number, call
for each = first, last do
  local waiting = call_field('c:' .. each)
  if waiting and string.find(waiting, ARGV[2], 1, true) then
    number, call = each, waiting
    break
  end
end
if not number then return now > tonumber(ARGV[3]) and 'gone' or 'early' end
if count_of('tried') == number then return 'begun' end
if number == first then redis.call('HDEL', CALLS, 'attempts') end
for each = number, last - 1 do redis.call('HSET', CALLS, 'c:' .. each, call_field('c:' .. each + 1)) end
redis.call('HDEL', CALLS, 'c:' .. last)
redis.call('HINCRBY', CALLS, 'last', -1)
redis.call('HINCRBY', CALLS, 'bytes', -#call)
if redis.call('HINCRBY', CALLS, 'count', -1) == 0 then end_waiting() end
return 'withdrawn'
