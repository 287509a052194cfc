-- What a file keeps for all of its pages is read-only once it is loaded: what a function of a rule left
-- there, another rule and the next visitor's page would see. Trusted.
--
-- (access table, debug, jit.util, chunk name): adds to the table. `keep` walks from functions to all that
-- lives on with them; reading it stays as fast as before.
local access, debug, util, chunk = ...
local error, type, pairs, getmetatable, setmetatable = error, type, pairs, getmetatable, setmetatable
local getupvalue, getinfo = debug.getupvalue, debug.getinfo
local funcinfo, funcbc, funck, funcuvname = util.funcinfo, util.funcbc, util.funck, util.funcuvname
local floor = math.floor
local spend = access.spend

-- Tables -----------------------------------------------------------------------------------------------

local WRITTEN = "this table is the file's, and the next visitor's page would see what is written: "
    .. "make a table in the function"

-- The metatable of each table that is kept. No other table of a file has one.
local kept = {__newindex = function() error(WRITTEN, 2) end}
kept.__metatable = kept

local function is_kept(t) return getmetatable(t) == kept end

-- Stands around what a function writes to: __pzw(t).x = 1.
local function check_write(t)
    if getmetatable(t) == kept then error(WRITTEN, 2) end
    return t
end

-- Locals -----------------------------------------------------------------------------------------------

-- The instructions that set what a function closes over; their numbers differ by version.
local setters = {}
local probe = loadstring("local x return function(a) x = a x = 'a' x = 1 x = nil end")()
for pc = 1, 4 do setters[funcbc(probe, pc) % 256] = true end

-- What a function's code sets of what it closes over, the functions within it included: line by name.
-- Of two that share their name it may tell the wrong one.
local known = {}
local function assigned(code)
    local info = funcinfo(code)
    if known[info.proto] then return known[info.proto] end
    local found, names = {}, {}
    known[info.proto] = found
    for i = 0, info.upvalues - 1 do names[funcuvname(code, i)] = true end
    for pc = 1, info.bytecodes - 1 do
        local instruction = funcbc(code, pc)
        if setters[instruction % 256] then
            found[funcuvname(code, floor(instruction / 256) % 256)] = funcinfo(code, pc).currentline
        end
    end
    for k = -1, -info.gcconsts, -1 do
        local child = funck(code, k)
        if type(child) == "proto" then
            for name, line in pairs(assigned(child)) do
                if names[name] then found[name] = line end
            end
        end
    end
    spend(1 + floor(info.bytecodes / 8), 2)
    return found
end

local function check_locals(f)
    local first, first_line
    for name, line in pairs(assigned(f)) do
        if not first or line < first_line or (line == first_line and name < first) then
            first, first_line = name, line
        end
    end
    if first then
        error(chunk .. ":" .. first_line .. ": '" .. first .. "' outlives the page, and the next visitor's "
            .. "would see what is set here: use a local of this function", 0)
    end
end

-- The walk ---------------------------------------------------------------------------------------------

local SOURCE = "=" .. chunk

-- Makes read-only what the functions reach. Raises an error that names the line where one of them sets a
-- local that lives on.
function access.keep(functions)
    local found, count, seen = {}, 0, {}
    local function visit(value)
        local kind = type(value)
        if kind == "table" then
            if getmetatable(value) ~= nil then return end  -- a proxy of ours, or visited
            setmetatable(value, kept)
        elseif kind == "function" then
            if seen[value] or getinfo(value, "S").source ~= SOURCE then return end
            seen[value] = true
        else
            return
        end
        count = count + 1
        found[count] = value
    end
    for _, f in pairs(functions) do visit(f) end
    while count > 0 do
        local value = found[count]
        found[count], count = nil, count - 1
        spend(2, 2)
        if type(value) == "table" then
            for key, entry in pairs(value) do
                visit(key)
                visit(entry)
            end
        else
            check_locals(value)
            for i = 1, 255 do
                local name, content = getupvalue(value, i)
                if name == nil then break end
                visit(content)
            end
        end
    end
    known = {}
end
access.is_kept, access.check_write, access.written = is_kept, check_write, WRITTEN
