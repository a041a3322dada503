-- One request after another, however many processes ask: each gets the next free moment.
--
-- KEYS[1] when the next request may begin (milliseconds of the server's clock)
-- ARGV    milliseconds between two requests
-- Reply   milliseconds to wait before sending
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local gap = tonumber(ARGV[1])
local begins = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
redis.call('SET', KEYS[1], string.format('%.0f', begins + gap), 'PX', math.ceil(begins - now + gap) + 1000)
return begins - now
