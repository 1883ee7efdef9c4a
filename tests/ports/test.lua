-- Language, library, allocator and files, as a user of Lua would touch them.
local function check(what, condition)
    if not condition then
        print("failed: " .. what)
        os.exit(1)
    end
end

local words = {}
for word in ("the quick brown fox"):gmatch("%a+") do words[#words + 1] = word:upper() end
check("gmatch", table.concat(words, " ") == "THE QUICK BROWN FOX")

local generator = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i * i) end end)
check("coroutine", generator() + generator() + generator() == 14)

local big = {}
for i = 1, 200000 do big[i] = { i, tostring(i) } end
check("tables", big[777][2] == "777")
big = nil
collectgarbage("collect")
check("collector", collectgarbage("count") < 20000)

local name = os.tmpname()
local file = assert(io.open(name, "w"))
for i = 1, 1000 do file:write(i, "\n") end
file:close()
local sum = 0
for line in io.lines(name) do sum = sum + tonumber(line) end
check("files", sum == 500500)
check("rename", os.rename(name, name .. ".new") and os.remove(name .. ".new"))

local pipe = assert(io.popen("echo from the shell; exit 3"))
check("popen", pipe:read("l") == "from the shell")
local _, how, status = pipe:close()
check("status", how == "exit" and status == 3)

check("error", not pcall(error, "caught"))
check("sort", (function()
    local list = {}
    for i = 1, 5000 do list[i] = (i * 7919) % 5003 end
    table.sort(list)
    for i = 2, #list do if list[i - 1] > list[i] then return false end end
    return true
end)())
check("clock", os.clock() >= 0 and os.time() > 1e9)
print(_VERSION, string.format("%.10f", math.pi), 2 ^ 53, 7 // 2, #arg)
os.exit(9)
