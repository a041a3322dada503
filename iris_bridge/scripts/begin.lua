-- A message is about to be posted: mark it, so that whoever finds it after a crash looks for it in the room before
-- posting it again. The first mark stays: it says from which row on to look.
--
-- KEYS    lease, mark, count of the day, the operator's hold
-- ARGV    epoch, newest row of the chat log that is known, milliseconds to keep the mark, most messages a day (0 = any),
--         milliseconds to keep the count
-- Reply   'go', 'done' (it was seen in its room), 'held', 'capped', 'fenced'
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then
  return 'fenced'
end
local mark = redis.call('GET', KEYS[2])
if mark == 'done' then
  return 'done'
end
if redis.call('EXISTS', KEYS[4]) == 1 then
  return 'held'
end
local cap = tonumber(ARGV[4])
if cap > 0 and tonumber(redis.call('GET', KEYS[3]) or 0) >= cap then
  return 'capped'
end
redis.call('INCR', KEYS[3])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
if not mark then
  redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
end
return 'go'
