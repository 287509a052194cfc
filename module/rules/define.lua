-- `rule` and `segment`: everything about a definition is checked here, where the line is known; C++ reads
-- the result. Trusted.
--
-- (access table, debug, chunk name, most rules) -> the define table: finish() -> the calls that C++ makes.
local access, debug, chunk, max_rules = ...
local loadstring = loadstring
local error, pcall, type, pairs, ipairs, tonumber = error, pcall, type, pairs, ipairs, tonumber
local next = next
local match, find, floor = string.match, string.find, math.floor
local suggest, show, numbers, flags = access.suggest, access.show, access.numbers, access.flags
local time_zone, recommenders = access.time_zone, access.recommenders
local huge = math.huge

local define = {rules = {}, segments = {}, loading = true}
local pending, known = {}, {rule = {}, segment = {}}

-- C++ calls these. Each function of the file gets a copy of its own, so that each gets its own traces.
local call_sources = {
    condition = [==[
local access, f = ...
local visitor, page = access.visitor, access.page
return function()
    return f(visitor, page) and true or false
end
]==],
    match = [==[
local access, f = ...
local frame, item, visitor, page = access.frame, access.item, access.visitor, access.page
return function(count)
    for asked = 0, count - 1 do
        local place = frame.places[asked]
        frame.place = place
        if not f(item, visitor, page) then frame.answers[place] = 0 end
    end
end
]==],
    require = [==[
local access, f = ...
local frame, item, visitor, page = access.frame, access.item, access.visitor, access.page
return function(count)
    for asked = 0, count - 1 do
        local place = frame.places[asked]
        frame.place = place
        if f(item, visitor, page) then frame.answers[place] = 0 end
    end
end
]==],
    amount = [==[
local access, f = ...
local frame, item, visitor, page = access.frame, access.item, access.visitor, access.page
local huge, type, error = math.huge, type, error
return function(count)
    for asked = 0, count - 1 do
        local place = frame.places[asked]
        frame.place = place
        local value = f(item, visitor, page)
        if type(value) == "number" and value > 0 and value < huge then
            frame.amounts[place] = value
        elseif value then
            error("the function must return a number above 0 (1 changes nothing) or nil", 0)
        else
            frame.answers[place] = 0
        end
    end
end
]==],
    label = [==[
local access, f = ...
local frame, item, visitor, page = access.frame, access.item, access.visitor, access.page
local label, show, error = access.label, access.show, error
return function(count)
    for asked = 0, count - 1 do
        local place = frame.places[asked]
        frame.place = place
        local text = f(item, visitor, page)
        if text then
            frame.amounts[place] = label(text)
                or error("the label is " .. show(text) .. ": return a text of 1 to 100 bytes or nil", 0)
        else
            frame.answers[place] = 0
        end
    end
end
]==],
}
local functions = {}  -- of the file
local function load_call(kind, f)
    functions[#functions + 1] = f
    return loadstring(call_sources[kind], "=driver")(access, f)
end

-- At the file's line; level 1 is the function that called here().
local function here(level)
    local info = debug.getinfo(level + 1, "l")
    return info and info.currentline or -1
end
local function fail(message) error(message, 0) end
local function want(ok, message, remedy) if not ok then fail(message .. ": " .. remedy) end end

local function text(value, what)
    want(type(value) == "string" and value ~= "" and #value <= 200, what .. " is " .. show(value),
        "write a text of 1 to 200 bytes")
    return value
end

-- One text or a list of texts.
local function texts(value, what)
    if type(value) ~= "table" then return {text(value, what)} end
    local list, count = {}, 0
    for i, entry in ipairs(value) do list[i] = text(entry, what) end
    for _ in pairs(value) do count = count + 1 end
    want(#list > 0 and #list == count and count <= 1000, what .. " is not a list of texts",
        'write {"one", "two"}')
    return list
end

local function placements(value)
    local list = texts(value, "on")
    for _, glob in ipairs(list) do
        want(not find(glob, "%c"), "on: bad pattern '" .. glob .. "'",
            "write a placement's name (its name=, or else its selector), with * for any characters")
    end
    return list
end

local function date(value, what)
    local y, m, d = match(type(value) == "string" and value or "", "^(%d%d%d%d)%-(%d%d)%-(%d%d)$")
    y, m, d = tonumber(y), tonumber(m), tonumber(d)
    local days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
    if y and (y % 4 == 0 and y % 100 ~= 0 or y % 400 == 0) then days[2] = 29 end
    want(y and days[m] and d >= 1 and d <= days[m], what .. " is " .. show(value),
        'write a date as "2026-03-31"')
    return y * 10000 + m * 100 + d
end

local function minute(value)
    local h, m = match(type(value) == "string" and value or "", "^(%d%d):(%d%d)$")
    h, m = tonumber(h), tonumber(m)
    want(h and m < 60 and h * 60 + m <= 1440, "between has " .. show(value),
        'write two times as {"08:00", "20:00"}')
    return h * 60 + m
end

local function hours(value)
    want(type(value) == "table" and #value == 2, "between is " .. show(value),
        'write two times as {"08:00", "20:00"}')
    local first, last = minute(value[1]), minute(value[2])
    want(first ~= last and first < 1440, "between never holds", "give a later second time")
    return first, last
end

local function weekdays(value)
    local mask = 0
    for _, day in ipairs(texts(value, "days")) do
        local bit
        for i, name in ipairs(access.weekdays) do
            if name == day then bit = 2 ^ (i - 1) end
        end
        want(bit, "days has '" .. day .. "'", "the days are mon, tue, wed, thu, fri, sat, sun")
        if mask % (bit * 2) < bit then mask = mask + bit end
    end
    return mask
end

local function callable(value, what)
    want(type(value) == "function", what .. " is " .. show(value),
        "write function(visitor, page) return ... end")
    return value
end

-- Conditions of match = { column = ... } -------------------------------------------------------------

-- A number that the driver knows by heart, or the one that a column's text begins with.
local function number_condition(key, value, what)
    local low, high = value, value
    if type(value) == "table" then
        for name in pairs(value) do
            want(name == "min" or name == "max", what .. " has " .. show(name),
                "write {min = 10, max = 50}")
        end
        low, high = value.min or -huge, value.max or huge
    end
    want(type(low) == "number" and type(high) == "number" and low <= high
            and not (low == -huge and high == huge),
        what .. " is not a number or range", "write 10 or {min = 10, max = 50}")
    return {kind = "number", column = key, field = numbers[key], min = low, max = high}
end

local function condition(key, value, verb)
    want(type(key) == "string", verb .. " has an entry without a name",
        "write " .. verb .. ' = {brand = "Nike"}')
    local what = verb .. "." .. key
    local range = type(value) == "table" and (value.min ~= nil or value.max ~= nil)
    if numbers[key] or range or type(value) == "number" then return number_condition(key, value, what) end
    if flags[key] then
        want(type(value) == "boolean", what .. " is " .. show(value), "write true or false")
        return {kind = "flag", column = key, field = flags[key], min = value and 1 or 0,
                max = value and 1 or 0}
    end
    return {kind = "text", column = text(key, "a column's name"), values = texts(value, what)}
end

local function conditions(value, verb, remedy)
    local list = {}
    for key, wanted in pairs(value) do list[#list + 1] = condition(key, wanted, verb) end
    want(#list > 0, verb .. " is empty", remedy)
    return list
end

-- Verbs ----------------------------------------------------------------------------------------------

local function factor(verb, value, result)
    if type(value) == "function" then
        result.amount_call = value
        return
    end
    want(type(value) == "number" and value > 0 and value <= 1e6, verb .. " is " .. show(value),
        "write a number above 0, 2 for twice the score, or a function")
    result.amount = value
end
local function position(verb, value, result)
    want(type(value) == "number" and value >= 1 and value <= 1000 and value == floor(value),
        "pin is " .. show(value), "write a position, 1 for the first place")
    result.amount = value
end
local function yes(verb, value) want(value == true, verb .. " is " .. show(value), "write true") end

local function requirements(verb, value, result)
    if type(value) == "function" then
        result.require_call = load_call("require", value)
        return
    end
    want(type(value) == "table", "require is " .. show(value),
        "write require = {available = true} or a function")
    result.requirements = conditions(value, "require", "say what the items must be")
end

-- mix = {brand = 2, product_type = "alternate"}
local function mixture(verb, value, result)
    local remedy = 'write mix = {brand = 2, product_type = "alternate"}'
    want(type(value) == "table", "mix is " .. show(value), remedy)
    result.mix = {}
    for column, how in pairs(value) do
        want(type(column) == "string" and #column <= 200 and not numbers[column] and not flags[column],
            "mix has " .. show(column), remedy)
        local most = type(how) == "number" and how >= 1 and how <= 1000 and how == floor(how)
        want(most or how == "alternate", "mix." .. column .. " is " .. show(how),
            'write how many there may be at most, or "alternate"')
        result.mix[#result.mix + 1] = {column = column, most = most and how or 0}
    end
    want(#result.mix > 0 and #result.mix <= 8, "mix names " .. #result.mix .. " columns", remedy)
end

local function recommender(verb, value, result)
    result.recommend = texts(value, "recommend")
    for _, name in ipairs(result.recommend) do
        if next(recommenders) ~= nil and not recommenders[name] then
            fail("no recommender " .. show(name) .. suggest(name, recommenders))
        end
    end
end

local function labelling(verb, value, result)
    if type(value) == "function" then
        result.label_call = load_call("label", value)
        return
    end
    want(access.label(value), "label is " .. show(value), "write a text of 1 to 100 bytes, or a function")
    result.label = value
end

local verbs = {boost = factor, bury = factor, pin = position, hide = yes, only = yes,
               require = requirements, mix = mixture, variant = yes, label = labelling,
               recommend = recommender}
local VERBS = "boost, bury, pin, hide, only, require, mix, variant, label, recommend"

local function verb_of(body, result)
    for verb, check in pairs(verbs) do
        if body[verb] ~= nil then
            want(not result.verb, "two verbs", "write one rule for each of " .. VERBS)
            result.verb = verb
            check(verb, body[verb], result)
        end
    end
    want(result.verb, "nothing to do", "add one of " .. VERBS)
    want(result.verb ~= "recommend" or body.match == nil, "recommend is for the whole placement",
        "leave out match")
    want(result.verb ~= "variant" or body.match ~= nil, "variant needs a match",
        'say which variant stands for its group: match = {color = "red"}')
end

-- Rules and segments ---------------------------------------------------------------------------------

local rule_keys = {on = 1, segment = 1, from = 1, to = 1, between = 1, days = 1, time_zone = 1, when = 1,
                   match = 1}
for verb in pairs(verbs) do rule_keys[verb] = 1 end
local segment_keys = {when = 1}

local function keys(body, allowed)
    for key in pairs(body) do
        if not allowed[key] then fail("unknown key " .. show(key) .. suggest(key, allowed)) end
    end
end

local function schedule(body, result)
    if body.from ~= nil then result.from = date(body.from, "from") end
    if body.to ~= nil then result.to = date(body.to, "to") end
    want((result.from or 0) <= (result.to or huge), "from is after to", "swap the two dates")
    if body.between ~= nil then result.start, result.stop = hours(body.between) end
    if body.days ~= nil then result.days = weekdays(body.days) end
    if body.time_zone ~= nil then result.zone = time_zone(body.time_zone) end
end

local function check_rule(name, body, line)
    keys(body, rule_keys)
    local result = {name = name, line = line}
    if body.on ~= nil then result.on = placements(body.on) end
    if body.segment ~= nil then result.segment = texts(body.segment, "segment") end
    schedule(body, result)
    if body.when ~= nil then result.when = load_call("condition", callable(body.when, "when")) end
    if type(body.match) == "function" then
        result.match = load_call("match", body.match)
    elseif body.match ~= nil then
        want(type(body.match) == "table", "match is " .. show(body.match),
            'write match = {brand = "Nike"} or a function')
        result.conditions = conditions(body.match, "match", "leave it out to match every item")
    end
    verb_of(body, result)
    result.functions = {when = body.when, match = body.match, amount = result.amount_call,
                        require = body.require}
    if result.amount_call then result.amount_call = load_call("amount", result.amount_call) end
    return result
end

local function check_segment(name, body, line)
    keys(body, segment_keys)
    want(body.when ~= nil, "nothing to decide by", "add when = function(visitor) return ... end")
    return {name = name, line = line, when = load_call("condition", callable(body.when, "when")),
            source = body.when}
end

local function definer(kind, list, check)
    local place = chunk .. ":"
    return function(name, extra)
        local line = here(2)
        local start = place .. line .. ": "
        if not define.loading then error(kind .. "s are defined when the file is loaded", 2) end
        local ok, message = pcall(text, name, "the name of a " .. kind)
        if not ok then error(start .. message, 0) end
        local title = kind .. " '" .. name .. "'"
        if extra ~= nil then error(start .. title .. ": write " .. kind .. ' "name" { ... }', 0) end
        if known[kind][name] then
            error(start .. title .. ": there is one of this name already: choose another", 0)
        end
        if #list >= max_rules then error(start .. "more than " .. max_rules .. " " .. kind .. "s", 0) end
        known[kind][name] = true
        pending[title] = line
        return function(body)
            access.spend(1000, 4)  -- a body may be large
            local body_line = here(2)
            local at = place .. body_line .. ": " .. title .. ": "
            if type(body) ~= "table" then error(at .. "expected { ... }, got " .. show(body), 0) end
            if not pending[title] then error(at .. "it has a body already", 0) end
            pending[title] = nil
            local done, result = pcall(check, name, body, line)
            if not done then error(at .. result, 0) end
            list[#list + 1] = result
        end
    end
end

function access.names.time_zone(name)
    local line = here(2)
    local ok, message = pcall(time_zone, name, true)
    if not define.loading then message = "the time zone is set when the file is loaded" end
    if not ok or not define.loading then error(chunk .. ":" .. line .. ": " .. message, 0) end
end
access.names.rule = definer("rule", define.rules, check_rule)
access.names.segment = definer("segment", define.segments, check_segment)

function define.finish()
    define.loading = false
    for title, line in pairs(pending) do
        error(chunk .. ":" .. line .. ": " .. title .. ": no body: write { ... } behind the name", 0)
    end
    access.keep(functions)
    access.loading = false
    local calls = {segment = {}, when = {}, match = {}, amount = {}, require = {}, label = {}}
    for i, segment in ipairs(define.segments) do calls.segment[i] = segment.when end
    for i, rule in ipairs(define.rules) do
        calls.when[i], calls.match[i], calls.amount[i] = rule.when, rule.match, rule.amount_call
        calls.require[i], calls.label[i] = rule.require_call, rule.label_call
    end
    return calls
end
return define
