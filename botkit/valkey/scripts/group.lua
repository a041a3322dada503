-- Make the consumer group where it is missing, if the caller still owns the stream: at 0 the first time, else
-- after the last entry that was ever read, so that nothing is answered again.
--
-- KEYS    stream, lease
-- ARGV    group, epoch, last id that the caller knows to be read ('' = none), for when the lease was lost too
-- Reply   where the new group starts, 'exists', 'fenced'
local stored = redis.call('HMGET', KEYS[2], 'epoch', 'last_id')
if stored[1] ~= ARGV[2] then
  return 'fenced'
end
local start = '0'
if stored[2] and stored[2] ~= '' then
  start = stored[2]
elseif ARGV[3] ~= '' then
  start = ARGV[3]
end
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], start, 'MKSTREAM')
if made.err then
  if string.find(made.err, 'BUSYGROUP', 1, true) then
    return 'exists'
  end
  return made
end
return start
