-- The requests for wrk, and one line with the totals.

local users = 1000
local requests = {}

function init(words)
  if words[1] == 'POST' then
    for user = 1, users do
      local body = string.format('{"todo":"todo of user %d"}', user)
      local headers = { ['content-type'] = 'application/json' }
      requests[user] = wrk.format('POST', '/todos/user' .. user, headers, body)
    end
  else
    requests[1] = wrk.format('GET', '/todos/alice')
  end
end

function request()
  return requests[math.random(#requests)]
end

function done(summary)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  local cpu = math.floor(os.clock() * 1e6)
  print(string.format('sent %d %d %d %d %d', summary.requests, summary.duration, broken, errors.status, cpu))
end
