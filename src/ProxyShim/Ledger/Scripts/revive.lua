-- A dead letter is to be delivered after all, with a new body when one is given.
-- ARGV: id, body ('' = the one it has), body's TTL ms, read back after ms ('' = nothing can be read back), the new body's xid,
-- its partner, its sub_ids ('' = none)
-- -> 'revived' | 'not_dead' | 'no_body'
local wait = tonumber(ARGV[4])
local state = get('state')
if state ~= 'dead' then return 'not_dead' end
if ARGV[2] ~= '' then
  redis.call('SET', BODY, ARGV[2], 'PX', ARGV[3])
  redis.call('HSET', CONVERSION, 'xid', ARGV[5], 'partner', ARGV[6])
  redis.call('HDEL', CONVERSION, 'sub_ids')
  if ARGV[7] ~= '' then redis.call('HSET', CONVERSION, 'sub_ids', ARGV[7]) end
elseif redis.call('PEXPIRE', BODY, ARGV[3]) == 0 then
  return 'no_body'
end
-- What may have landed is read back before it is sent again, and not before PartnerStack can show it.
local maybe = wait and get('maybe') == '1'
local at = maybe and math.max(now, tonumber(get('last_attempt')) + wait) or now
if get('xid') == '' then
  -- It died before a click was found for it: what it has is the original request.
  transition(state, 'held', at, 'age_from', now, 'maybe', maybe and 1 or 0, 'error', 'revived')
else
  transition(state, maybe and 'ambiguous' or 'due', at, 'age_from', now, 'resends', 0, 'error', 'revived')
end
forget_answer()
return 'revived'
