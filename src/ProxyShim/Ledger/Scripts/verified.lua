-- A read-back has proved it: a fact, accepted from anyone. The personal data go.
-- ARGV: id, token, reason -> 'verified' | 'sent' (nobody had reported it as sent: it counts now) | 'already' | 'missing'
local state = get('state')
if not state then return 'missing' end
if state == 'verified' or state == 'fallback' then return 'already' end
local first = redis.call('HSETNX', CONVERSION, 'sent_by', ARGV[2])
move(state, 'verified', nil, 'verified_at', now, 'error', ARGV[3])
redis.call('HDEL', CONVERSION, 'token', 'lease')
forget_answer()
redis.call('DEL', BODY)
return first == 1 and 'sent' or 'verified'
