-- Publish what belongs to a line and acknowledge it, all or nothing: only while the caller owns the stream and
-- the line is still pending. XADD comes first, because a full Valkey refuses it and then nothing has happened.
--
-- KEYS    inbound stream, lease, target stream …
-- ARGV    group, epoch, entry, guard, acknowledge, then for each addition:
--         index of its target in KEYS, MAXLEN, number of fields and values, field, value …
--         guard '1' = the entry must be pending; '0' = the group was lost, publish from memory
--         acknowledge '1' = XACK; '0' = an interim notice, publish only
-- Reply   'ok', 'done' (not pending: somebody committed it), 'fenced', 'nogroup'
if redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[2] then
  return 'fenced'
end
if ARGV[4] == '1' then
  local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)
  if pending.err then
    if string.find(pending.err, 'NOGROUP', 1, true) then
      return 'nogroup'
    end
    return pending
  end
  if #pending == 0 then
    return 'done'
  end
end
local at = 6
while at <= #ARGV do
  local size = tonumber(ARGV[at + 2])
  redis.call('XADD', KEYS[tonumber(ARGV[at])], 'MAXLEN', '~', ARGV[at + 1], '*',
    unpack(ARGV, at + 3, at + 2 + size))
  at = at + 3 + size
end
if ARGV[5] == '1' then
  redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
end
return 'ok'
