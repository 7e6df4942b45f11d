-- Redis's clock was set back: whatever the entry waits for comes after the same wait by the new clock, and not later by the jump; never sooner. What was
-- written by the former clock is dated now, so that running this twice changes nothing more.
-- ARGV: id, the longest wait there is ms -> 'done'
local longest = now + tonumber(ARGV[2])
local written = tonumber(get('last_attempt') or get('claimed_at') or '0')
for _, index in ipairs({ DUE, UNVERIFIED, HELD }) do
  local at = tonumber(redis.call('ZSCORE', index, id) or '0')
  local wanted = math.min(at, longest)
  if written > now then wanted = math.min(wanted, now + math.max(0, at - written)) end
  if wanted < at then
    redis.call('ZADD', index, text(wanted), id)
    if get('state') == 'claimed' then redis.call('HSET', CONVERSION, 'lease', text(wanted)) end
  end
end
if written > now then
  for _, field in ipairs({ 'last_attempt', 'claimed_at', 'age_from', 'sent_at' }) do
    local at = tonumber(get(field) or '')
    if at then redis.call('HSET', CONVERSION, field, text(at - (written - now))) end
  end
end
-- Calls that wait by a lease wait as long as any; the others are looked at when their customer is.
local look = tonumber(redis.call('ZSCORE', PLAYING, id) or '0')
local next = call_field('token') and longest or next_look(get('state'))
if next < look then redis.call('ZADD', PLAYING, text(next), id) end
if tonumber(redis.call('ZSCORE', WAITING, id) or '0') > now then redis.call('ZADD', WAITING, text(now), id) end
return 'done'
