-- Keeps the newest click of each customer. KEYS: the clicks. ARGV, for each: its value, its time (ms since 1970; 0: not known), how long it lives (ms).
local said = {}
for i, key in ipairs(KEYS) do
  local value, at, lives = ARGV[3 * i - 2], tonumber(ARGV[3 * i - 1]), ARGV[3 * i]
  local current = redis.pcall('GET', key)
  said[i] = 'written'
  if current == value then
    said[i] = 'same'
  elseif type(current) == 'string' then
    local there = tonumber(string.match(current, '"clicked_at":"?(%d+)[",}]'))
    if there and there < 100000000000 then there = there * 1000 end
    if there and there > at then said[i] = 'older' end
  end
  if said[i] == 'written' then redis.call('SET', key, value, 'PX', lives) end
end
return said
