-- Keeps the newest click of each customer. KEYS: the clicks. ARGV, for each: its value, its time (ms since 1970; 0: not known), how long it lives (ms).
-- Says a letter for each: w (written), s (the same was there), o (what was there is newer).
local said = {}
for i, key in ipairs(KEYS) do
  local value, at, lives = ARGV[3 * i - 2], ARGV[3 * i - 1], ARGV[3 * i]
  said[i] = 'w'
  -- Most customers of a file have no click yet.
  if not redis.call('SET', key, value, 'NX', 'PX', lives) then
    local current = redis.pcall('GET', key)
    if current == value then
      said[i] = 's'
    elseif type(current) == 'string' then
      local there = tonumber(string.match(current, '"clicked_at":"?(%d+)[",}]'))
      if there and there < 100000000000 then there = there * 1000 end
      if there and there > tonumber(at) then said[i] = 'o' end
    end
    if said[i] == 'w' then redis.call('SET', key, value, 'PX', lives) end
  end
end
return table.concat(said)
