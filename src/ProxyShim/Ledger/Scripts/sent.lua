-- PartnerStack accepted it: a fact, taken from any reporter, whoever holds the lease.
-- ARGV: id, token, attempts, read back after ms ('' = never), body's TTL ms, xid -> 'sent' | 'already' | 'fallback'
-- One report in the conversion's whole life is counted; its reporter may have to repeat it, when the reply was lost.
local token = ARGV[2]
local wait = ARGV[4] ~= '' and ARGV[4]
local known = redis.call('HMGET', CONVERSION, 'state', 'sent_by', 'attempts', 'error')
local state, sent_by = known[1], known[2] or token
local reply = sent_by == token and 'sent' or 'already'
if state == 'sent' or state == 'verified' then return reply end
local at, attempts = text(now), known[3] and text(known[3] + ARGV[3]) or ARGV[3]
if state == 'fallback' then
  redis.call('HSET', CONVERSION, 'sent_by', sent_by, 'sent_at', at, 'attempts', attempts)
  return 'fallback'
end
if not state then
  -- Redis has lost this customer's entry. That it was sent is at least recorded anew; there is no body left to read it back with.
  redis.call('HSET', CONVERSION, 'state', 'sent', 'xid', ARGV[6], 'claimed_at', at, 'sent_by', sent_by, 'sent_at', at,
    'attempts', attempts, 'fingerprint', '', 'error', 'memory_lost')
  return reply
end
-- Accepted is not landed: until a read-back has shown which, it is not sent again, dead letter or not. An empty token: no holder.
local index = index_of(state)
if index and not (wait and index == UNVERIFIED) then redis.call('ZREM', index, id) end
if wait then redis.call('ZADD', UNVERIFIED, text(now + wait), id) end
redis.call('HSET', CONVERSION, 'state', 'sent', 'token', '', 'sent_by', sent_by, 'sent_at', at, 'attempts', attempts, 'last_attempt', at, 'maybe', '1')
if known[4] then redis.call('HDEL', CONVERSION, 'error', 'answer_status', 'answer_text') end
if not wait then
  redis.call('DEL', BODY)
elseif state ~= 'claimed' then
  -- The body's TTL of a claim includes this wait already.
  extend_body_ttl(wait, ARGV[5])
end
return reply
