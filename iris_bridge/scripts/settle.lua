-- A reply has come to its end: tell what became of it, mark it, acknowledge it, all or nothing. As in the kit's
-- commit: only while the caller owns the stream and the entry is still pending, and XADD before everything else.
--
-- KEYS    reply stream, lease, mark, target stream …
-- ARGV    group, epoch, entry, guard ('1' = it must be pending), milliseconds to keep the mark (0 = leave it as it is),
--         then for each addition: index of its target in KEYS, MAXLEN, number of fields and values, field, value …
-- Reply   'ok', 'done' (not pending: somebody settled it), 'fenced', 'nogroup'
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
if tonumber(ARGV[5]) > 0 then
  redis.call('SET', KEYS[3], 'done', 'PX', ARGV[5])
end
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
return 'ok'
