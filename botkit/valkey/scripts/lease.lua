-- Take, renew or give up the ownership of a stream. The lease stands beside the stream it guards, so that
-- reading and committing can check it in the same breath.
--
-- KEYS[1] the lease (hash: holder, epoch, until, last_id)
-- ARGV    holder, epoch held so far ('' = none), lease in milliseconds (0 = give up), last id read ('' = none), for
--         when the stored one was lost; an epoch that a new one must exceed
-- Reply   {epoch, last_id} when held, {'', milliseconds until it ends} when somebody else holds it
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stored = redis.call('HMGET', KEYS[1], 'epoch', 'until', 'last_id')
local held = ARGV[2]
local ends = tonumber(stored[2] or 0)

if held ~= '' then
  if stored[1] and stored[1] ~= held then
    return {'', string.format('%.0f', math.max(0, ends - now))}
  end
elseif now < ends then
  return {'', string.format('%.0f', ends - now)}
else
  -- An epoch is the server's time, so it grows even when the stored one was lost.
  held = string.format('%.0f', math.max(now, tonumber(stored[1] or 0) + 1, tonumber(ARGV[5]) + 1))
end

local last = stored[3]
if not last or last == '' then
  last = ARGV[4]
end
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'epoch', held,
  'until', string.format('%.0f', now + tonumber(ARGV[3])), 'last_id', last)
return {held, last}
