-- KEYS: whose requests are counted, a list of moments for each. ARGV[1]: for each of them three whole numbers: how many
-- requests are within the limit, in how many seconds, and 1 to count one or 0 to look only.
-- The answer, one line of numbers: for each, 1 or 0 for allowed or not, how many are counted, and how many microseconds
-- are left until the oldest of them leaves (for who is refused: until one more is admitted).

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

-- Lists have the newest moment first, in microseconds by this server's clock. What has left is cut off in steps that
-- double, so that it costs little whether one has left or a million. Moments that lie ahead by more than a window were
-- noted before the clock was set back: they would stay for as long. What is answered is the oldest that stays, if any.
local function let_go(name, window)
  local step, moment = 1, nil
  while step >= 1 do
    moment = tonumber(redis.call('LINDEX', name, -step))
    if moment and (moment < now - window or moment > now + window) then
      redis.call('LTRIM', name, 0, -step - 1)
      step = step * 2
    else
      step = math.floor(step / 2)
    end
  end
  return moment
end

local number = string.gmatch(ARGV[1], '%d+')
local answers = {}
for n, name in ipairs(KEYS) do
  local limit, seconds, counts = tonumber(number()), tonumber(number()), number() == '1'
  local oldest = let_go(name, seconds * 1000000)
  local used = oldest and redis.call('LLEN', name) or 0
  local allowed = used < limit
  if allowed and counts then
    used = redis.call('LPUSH', name, string.format('%.0f', now))
    redis.call('EXPIRE', name, seconds + 1)
  elseif used > limit then
    oldest = tonumber(redis.call('LINDEX', name, limit - used - 1))
  end
  answers[n] = string.format('%d %d %.0f', allowed and 1 or 0, used, (oldest or now) + seconds * 1000000 - now)
end
return table.concat(answers, ' ')
