-- PartnerStack took it: a fact, accepted from anyone who knows it, whoever holds the lease.
-- ARGV: id, token, attempts, read back after ms ('' = never), body's life ms, xid -> 'sent' | 'already' | 'fallback'
local token, wait = ARGV[2], tonumber(ARGV[4])
-- One report in the conversion's whole life is the one to count; its reporter may have to ask twice, when the reply was lost.
local known = redis.call('HMGET', CONVERSION, 'state', 'sent_by', 'attempts')
local state, sent_by = known[1], known[2] or token
local word = sent_by == token and 'sent' or 'already'
if state == 'sent' or state == 'verified' then return word end
local at, attempts = text(now), text((known[3] or 0) + ARGV[3])
if state == 'fallback' then
  redis.call('HSET', CONVERSION, 'sent_by', sent_by, 'sent_at', at, 'attempts', attempts)
  return 'fallback'
end
if not state then
  -- Redis has lost its memory of this customer. At least that it was sent is not forgotten again; there is nothing left to read it back with.
  redis.call('HSET', CONVERSION, 'v', 1, 'state', 'sent', 'xid', ARGV[6], 'claimed_at', at, 'sent_by', sent_by, 'sent_at', at,
    'attempts', attempts, 'fingerprint', '', 'error', 'memory_lost')
  return word
end
-- Taken is not landed: until a read-back has told, it is not sent again, dead letter or not.
move(state, 'sent', wait and now + wait, 'sent_by', sent_by, 'sent_at', at, 'attempts', attempts, 'last_attempt', at, 'maybe', '1')
redis.call('HDEL', CONVERSION, 'token', 'lease', 'error', 'answer_status', 'answer_text')
if wait then keep(wait, ARGV[5]) else redis.call('DEL', BODY) end
return word
