-- An operator has decided on a dead call: played after all, behind those that wait, or given up.
-- ARGV: id, number, 'replay' | 'discard' -> 'done' | 'missing'
local number = ARGV[2]
local call = call_field('d:' .. number)
if not call then return 'missing' end
redis.call('HDEL', CALLS, 'd:' .. number, 'r:' .. number)
redis.call('ZREM', LETTERS, id .. ':' .. number)
local letters = redis.call('HINCRBY', CALLS, 'letters', -1)
if ARGV[3] == 'replay' then
  append(call)
elseif letters == 0 and count_of('count') == 0 then
  redis.call('DEL', CALLS)
end
return 'done'
