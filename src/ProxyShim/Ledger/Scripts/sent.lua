-- PartnerStack took it: a fact, accepted from anyone who knows it, whoever holds the lease.
-- ARGV: id, token, attempts, read back after ms ('' = never), body's life ms, xid -> 'sent' | 'already' | 'fallback'
local token, wait = ARGV[2], tonumber(ARGV[4])
local state = get('state')
-- One report in the conversion's whole life is the one to count; its reporter may have to ask twice, when the reply was lost.
redis.call('HSETNX', CONVERSION, 'sent_by', token)
local word = get('sent_by') == token and 'sent' or 'already'
if state == 'sent' or state == 'verified' then return word end
redis.call('HINCRBY', CONVERSION, 'attempts', ARGV[3])
redis.call('HSET', CONVERSION, 'sent_at', now)
if state == 'fallback' then return 'fallback' end
if not state then
  -- Redis has lost its memory of this customer. At least that it was sent is not forgotten again; there is nothing left to read it back with.
  redis.call('HSET', CONVERSION, 'v', 1, 'state', 'sent', 'xid', ARGV[6], 'claimed_at', now, 'fingerprint', '', 'error', 'memory_lost')
  return word
end
-- Taken is not landed: until a read-back has told, it is not sent again, dead letter or not.
move(state, 'sent', wait and now + wait, 'last_attempt', now, 'maybe', 1)
redis.call('HDEL', CONVERSION, 'token', 'lease', 'error')
if wait then keep(wait, ARGV[5]) else redis.call('DEL', BODY) end
return word
