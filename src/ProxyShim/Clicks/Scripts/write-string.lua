-- Keeps the newest click. KEYS: the click. ARGV: its value, its time (ms since 1970; 0: not known), how long it lives (ms).
local current = redis.pcall('GET', KEYS[1])
if type(current) == 'string' then
  if current == ARGV[1] then return 'same' end
  local at = tonumber(string.match(current, '"clicked_at":"?(%d+)[",}]'))
  if at and at < 100000000000 then at = at * 1000 end
  if at and at > tonumber(ARGV[2]) then return 'older' end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 'written'
