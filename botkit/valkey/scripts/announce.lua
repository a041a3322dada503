-- Publish a message that answers nobody, once: who does not know whether it was sent simply sends it again.
--
-- KEYS    target stream, then the keys of everything that the message tells
-- ARGV    how long to remember the keys (milliseconds), MAXLEN, then for each bubble:
--         number of fields and values, field, value …
-- Reply   1 when published, 0 when all of it had been told before
local fresh = false
for at = 2, #KEYS do
  if redis.call('EXISTS', KEYS[at]) == 0 then
    fresh = true
  end
end
if not fresh then
  return 0
end
local at = 3
while at <= #ARGV do
  local size = tonumber(ARGV[at])
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, at + 1, at + size))
  at = at + 1 + size
end
for at = 2, #KEYS do
  redis.call('SET', KEYS[at], '1', 'PX', ARGV[1])
end
return 1
