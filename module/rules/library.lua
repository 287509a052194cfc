-- What a rule file can call beside its proxies, and its environment. Trusted.
--
-- (access table, debug): adds to the table.
local access, debug = ...
local error, type, setmetatable, tonumber = error, type, setmetatable, tonumber
local ipairs, next, select = ipairs, next, select
local string, table, math = string, table, math
local find, sub, lower, upper, byte = string.find, string.sub, string.lower, string.upper, string.byte
local min, floor = math.min, math.floor
local spend, show, suggest = access.spend, access.show, access.suggest
local proxy, proxies = access.proxy, access.proxies
local is_kept, WRITTEN = access.is_kept, access.written

-- Arguments ------------------------------------------------------------------------------------------

local function sized(value, what)
    if type(value) == "number" then value = "" .. value end
    if type(value) ~= "string" then error(what .. " must be a text, got " .. show(value), 3) end
    spend(1 + floor(#value / 256), 5)
    return value
end
local function part(value)
    if type(value) ~= "string" or #value > 100 then
        error("the part to look for must be a text of at most 100 bytes", 3)
    end
    return value
end
local function own(value, level)
    if type(value) ~= "table" or proxies[value] then
        error("expected a table of your own, got " .. show(value), level)
    end
    return value
end
local function listed(value)
    spend(1 + floor(#own(value, 4) / 64), 5)
    return value
end

local function changeable(t)
    if is_kept(t) then error(WRITTEN, 3) end
end

-- Passes over what is empty: a whole table, perhaps.
local function step(t, key)
    spend(4, 4)
    return next(t, key)
end
-- The position of an insert. LuaJIT's would move entries from wherever it points to.
local function place(value, size)
    if type(value) ~= "number" or not (value >= 1 and value <= size + 1) or value ~= floor(value) then
        error("the position is " .. show(value) .. ": write a whole number from 1 to " .. size + 1, 3)
    end
    return value
end
-- The order of a sort; each comparison is paid for, whoever makes it.
local function order(less)
    if less == nil then
        return function(a, b)
            local long = type(a) == "string" and type(b) == "string" and min(#a, #b) or 0
            spend(1 + floor(long / 1024), 5)
            return a < b
        end
    end
    if type(less) ~= "function" then error("the order must be a function, got " .. show(less), 3) end
    return function(a, b)
        spend(1, 5)
        return less(a, b)
    end
end

local safe_string = {
    len = function(s) return #sized(s, "the text") end,
    lower = function(s) return lower(sized(s, "the text")) end,
    upper = function(s) return upper(sized(s, "the text")) end,
    sub = function(s, i, j) return sub(sized(s, "the text"), i, j or -1) end,
    byte = function(s, i) return byte(sized(s, "the text"), i or 1) end,
}
local safe_table = {
    insert = function(t, a, b)
        changeable(t)
        if b == nil then return table.insert(listed(t), a) end
        return table.insert(t, place(a, #listed(t)), b)
    end,
    remove = function(t, i)
        changeable(t)
        return table.remove(listed(t), i)
    end,
    concat = function(t, separator)
        local size = 0
        separator = separator or ""
        for _, entry in ipairs(listed(t)) do
            size = size + #sized(entry, "an entry") + #sized(separator, "the separator")
        end
        if size > 65536 then error("more than 64 KB of text", 2) end
        return table.concat(t, separator)
    end,
    sort = function(t, less)
        changeable(t)
        if #listed(t) > 1000 then error("at most 1000 entries can be sorted", 2) end
        spend(#t, 4)
        return table.sort(t, order(less))
    end,
}

-- Dates -------------------------------------------------------------------------------------------------

-- Days since 1970 of a date of the Gregorian calendar; nil for what is none. After Howard Hinnant,
-- "chrono-compatible low-level date algorithms".
local function day_number(text)
    local y, m, d = string.match(text, "^(%d%d%d%d)%-(%d%d)%-(%d%d)")
    y, m, d = tonumber(y), tonumber(m), tonumber(d)
    if not y or m < 1 or m > 12 or d < 1 or d > 31 then return nil end
    if m <= 2 then y = y - 1 end
    local era = floor(y / 400)
    local year = y - era * 400
    local day = floor((153 * (m + (m > 2 and -3 or 9)) + 2) / 5) + d - 1
    return era * 146097 + year * 365 + floor(year / 4) - floor(year / 100) + day - 719468, y, m, d
end
local function today()
    spend(4, 5)
    return access.today() or error("there is no today while the file is loaded: ask within a function", 3)
end
local function days_since(text)
    local date = today()
    local then_day = type(text) == "string" and #text < 64 and day_number(text)
    return then_day and day_number(date) - then_day or nil
end
-- Whole years, as for an age.
local function years_since(text)
    local date = today()
    if type(text) ~= "string" or #text >= 64 or not day_number(text) then return nil end
    local years = tonumber(sub(date, 1, 4)) - tonumber(sub(text, 1, 4))
    return sub(date, 6, 10) < sub(text, 6, 10) and years - 1 or years
end

local safe_math = {}
for _, name in ipairs({"abs", "ceil", "exp", "floor", "fmod", "huge", "log", "max", "min", "modf", "pi",
                       "pow", "sqrt"}) do
    safe_math[name] = math[name]
end

local function library(name, content)
    return proxy(name, function(_, key)
        local value = content[key]
        if value == nil then
            error("rules have no " .. name .. "." .. (type(key) == "string" and sub(key, 1, 60) or "?")
                .. suggest(key, content), 2)
        end
        return value
    end)
end
local strings = library("string", safe_string)
debug.getmetatable("").__index = strings

local names = {
    string = strings, table = library("table", safe_table), math = library("math", safe_math),
    ipairs = ipairs, select = select, type = type, days_since = days_since, years_since = years_since,
    next = function(t, key) return step(own(t, 3), key) end,
    pairs = function(t) return step, own(t, 3), nil end,
    tonumber = function(value, base)
        if base ~= nil then return tonumber(sized(value, "the text"), base) end
        if type(value) == "string" then spend(1 + floor(#value / 256), 4) end
        return tonumber(value)
    end,
    contains = function(text, wanted)
        return find(sized(text or "", "the text"), part(wanted), 1, true) ~= nil
    end,
    starts_with = function(text, wanted)
        return sub(sized(text or "", "the text"), 1, #part(wanted)) == wanted
    end,
    ends_with = function(text, wanted)
        return part(wanted) == "" or sub(sized(text or "", "the text"), -#wanted) == wanted
    end,
}
access.names = names

-- Globals cannot be written: what one visitor's page leaves behind, the next one's would see.
access.environment = setmetatable({}, {
    __index = function(_, key)
        local value = names[key]
        if value == nil then
            error("rules know no " .. show(key) .. suggest(key, names), 2)
        end
        return value
    end,
    __newindex = function(_, key)
        error("a global name cannot be set: write 'local " .. sub(key, 1, 60) .. "'", 2)
    end,
    __metatable = false,
})
