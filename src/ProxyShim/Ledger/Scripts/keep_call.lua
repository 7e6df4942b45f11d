-- A call about a customer whom PartnerStack does not show yet waits behind the calls that wait already. Too late is refused, as a claim is: its caller has got
-- another answer.
-- ARGV: id, call, most calls, most bytes, was unverified when it was forwarded 0|1, not_after -> 'kept' | 'too_many' | 'late' | 'no'
if now > tonumber(ARGV[6]) then return 'late' end
local state, waiting = get('state'), count_of('count')
local is_early = UNVERIFIED_STATES[state] or (ARGV[5] == '1' and state == 'verified')
if waiting == 0 and not is_early then return 'no' end
local bytes = (waiting > 0 and count_of('bytes') or 0) + #ARGV[2]
if waiting >= tonumber(ARGV[3]) or bytes > tonumber(ARGV[4]) then return 'too_many' end
append(ARGV[2])
return 'kept'
