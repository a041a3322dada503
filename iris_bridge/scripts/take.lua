-- Take a row of the chat log: write what it means for a stream, remember that it was taken, move the cursor. In one
-- breath: a crash between the mark and the XADD would turn catching up into a silent loss. XADD comes first, because
-- a full Valkey refuses it and then nothing has happened.
--
-- KEYS    lease, cursor (hash: row, epoch), then, when there is something to write: seen mark, stream
-- ARGV    epoch, row ('' = only shut out who came before), '1' = the cursor may go back (a new phone), then:
--         milliseconds to remember the mark, MAXLEN, field, value …
-- Reply   {result, row of the cursor or ''}; result is the new entry, 'skipped' (nothing to write), 'duplicate',
--         'fenced' (the reply stream has another owner) or 'contested' (another bridge, with another reply stream,
--         reads the same Iris)
local stored = redis.call('HMGET', KEYS[2], 'row', 'epoch')
local at = stored[1] or ''
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then
  return {'fenced', at}
end
local epoch = tonumber(stored[2] or 0)
if epoch > tonumber(ARGV[1]) then
  return {'contested', at}
end
local result = 'skipped'
if #KEYS > 2 then
  if redis.call('EXISTS', KEYS[3]) == 1 then
    result = 'duplicate'
  else
    result = redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[5], '*', unpack(ARGV, 6))
    redis.call('SET', KEYS[3], result, 'PX', ARGV[4])
  end
end
if epoch < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[2], 'epoch', ARGV[1])
end
if ARGV[2] ~= '' and (ARGV[3] == '1' or at == '' or tonumber(at) < tonumber(ARGV[2])) then
  at = ARGV[2]
  redis.call('HSET', KEYS[2], 'row', at)
end
return {result, at}
