-- The customer was deleted, or the dead letter discarded: no job, no read-back, no kept call, no personal data. Later calls go to the Customer API.
-- An entry that was claimed after the deletion is another customer of the same name, and stays.
-- ARGV: id, reason, only a dead one 0|1, how long ago ms -> the former state | 'missing' | 'not_dead' | 'newer'
local state = get('state')
if not state then
  forget_calls()
  return 'missing'
end
local ago = tonumber(ARGV[4])
if ago > 0 and tonumber(get('claimed_at')) > now - ago then return 'newer' end
if ARGV[3] == '1' and state ~= 'dead' then return 'not_dead' end
transition(state, 'fallback', nil, 'error', ARGV[2])
redis.call('HDEL', CONVERSION, 'token', 'lease', 'maybe')
forget_answer()
redis.call('DEL', BODY)
forget_calls()
return state
