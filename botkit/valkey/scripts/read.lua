-- Read new entries, if the caller still owns the stream and knows what was read last. A plain blocking XREADGROUP
-- would hand entries to a process that was paused and has lost its lease; and a read whose answer was lost may
-- run later than its retry. Either would break the order of a room. What was read last is kept beside the lease:
-- there a vanished group begins again (group.lua).
--
-- KEYS    stream, lease
-- ARGV    group, consumer, epoch, count, last id that the caller knows to be read ('' = none yet)
-- Reply   {last id read, entries}, {last id read, 'gap'} when a lost read lies between, 'fenced', 'nogroup'
if redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[3] then
  return 'fenced'
end
local groups = redis.pcall('XINFO', 'GROUPS', KEYS[1])
if groups.err then
  return 'nogroup'
end
local last
for _, group in ipairs(groups) do
  local name, read
  for i = 1, #group, 2 do
    if group[i] == 'name' then
      name = group[i + 1]
    elseif group[i] == 'last-delivered-id' then
      read = group[i + 1]
    end
  end
  if name == ARGV[1] then
    last = read
  end
end
if not last then
  return 'nogroup'
end
if ARGV[5] ~= '' and ARGV[5] ~= last then
  return {last, 'gap'}
end
local found = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', ARGV[4], 'STREAMS', KEYS[1], '>')
if not found then
  return {last, {}}
end
local entries = found[1][2]
last = entries[#entries][1]
redis.call('HSET', KEYS[2], 'last_id', last)
return {last, entries}
