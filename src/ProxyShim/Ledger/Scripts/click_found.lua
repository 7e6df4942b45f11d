-- The click has come: to be sent now, as if it had been there from the start. Only the holder of the lease may say so; or a request that brings the click, without a
-- token, as long as the Customer API cannot have the customer: after this the holder may not begin a hand-over.
-- ARGV: id, token ('' = none), body, body's TTL ms, xid, partner, sub_ids ('' = none) -> 'due' | 'stale' | 'missing'
local refused
if ARGV[2] ~= '' then
  refused = check_lease(ARGV[2])
elseif get('state') ~= 'held' or get('maybe') == '1' or is_unconfirmed() then
  refused = 'stale'
end
if refused then return refused end
redis.call('SET', BODY, ARGV[3], 'PX', ARGV[4])
transition('held', 'due', now, 'xid', ARGV[5], 'age_from', text(now), 'attempts', '0', 'maybe', '0', 'error', 'click_found')
redis.call('HDEL', CONVERSION, 'token')
if ARGV[6] ~= '' then redis.call('HSET', CONVERSION, 'partner', ARGV[6]) end
if ARGV[7] ~= '' then redis.call('HSET', CONVERSION, 'sub_ids', ARGV[7]) end
return 'due'
