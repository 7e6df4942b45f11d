-- A read-back has proved it: a fact, accepted from anyone. The personal data go.
-- ARGV: id, token, reason -> 'verified' | 'sent' (not reported as sent before: it counts now) | 'already' | 'missing'
local known = redis.call('HMGET', CONVERSION, 'state', 'sent_by')
local state, sent_by = known[1], known[2]
if not state then return 'missing' end
if state == 'verified' or state == 'fallback' then return 'already' end
transition(state, 'verified', nil, 'verified_at', text(now), 'error', ARGV[3], 'sent_by', sent_by or ARGV[2])
redis.call('HDEL', CONVERSION, 'token', 'lease', 'answer_status', 'answer_text')
redis.call('DEL', BODY)
return sent_by and 'verified' or 'sent'
