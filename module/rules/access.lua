-- What rules see of items, visitor and page; the fuel check. Trusted: it alone sees the FFI.
--
-- Rules get proxies: tables without fields whose metatables lead here. No cdata, no pointer and no
-- table of ours ever reaches them, so there is nothing they could change or index past.
--
-- (ffi, api pointer, bridge pointer, cache bytes) -> the access table, which is for our chunks alone.
local ffi, api_address, bridge_address, cache_limit = ...
local error, type, setmetatable = error, type, setmetatable
local pairs, next, select = pairs, next, select
local table = table
local loadstring, gsub = loadstring, string.gsub
local sub, byte = string.sub, string.byte
local min, huge = math.min, math.huge

ffi.cdef[[
typedef struct {
    union { int32_t fuel; int16_t fuel_now; };
    int32_t place;
    uint32_t page_item;
    const uint32_t* items;
    const int32_t* places;
    uint8_t* answers;
    double* amounts;
    const double* numbers[9];
    const uint32_t* texts[64];
    const uint8_t* relations[4];
    int32_t asked_place;
} pz_frame;
typedef struct {
    const double* (*numbers)(void*, uint32_t field);
    const uint32_t* (*texts)(void*, uint32_t slot, const char* name, size_t length);
    int32_t (*value)(void*, uint32_t item, uint32_t field);
    int32_t (*text)(void*, int32_t value, const char** out);
    uint32_t (*field)(void*, const char* name, size_t length);
    uint32_t (*find)(void*, const char* id, size_t length);
    double (*live)(void*, uint32_t item, uint32_t field);
    double (*share)(void*, uint32_t field, const char* value, size_t length);
    bool (*relation)(void*, uint32_t relation, uint32_t item);
    const uint8_t* (*relations)(void*, uint32_t relation);
    double (*fact)(void*, uint32_t fact);
    int32_t (*named)(void*, uint32_t what, const char* name, size_t length, const char** out);
    bool (*in_segment)(void*, const char* name, size_t length);
    bool (*spend)(void*, int32_t units);
    double (*history)(void*, uint32_t what, uint32_t event, uint32_t item, uint32_t field,
                      const char* value, size_t length, double days);
    int32_t (*label)(void*, const char* text, size_t length);
    int32_t (*zone)(void*, const char* name, size_t length, bool for_all, const char** out);
} pz_api;
]]

local bridge = ffi.cast("void*", bridge_address)  -- the compiler takes no light userdata
local frame = ffi.cast("pz_frame*", bridge_address)  -- the Bridge's first member
local api = ffi.cast("const pz_api*", api_address)
local api_numbers, api_texts = api.numbers, api.texts
local api_value, api_text, api_field, api_find = api.value, api.text, api.field, api.find
local api_live, api_share, api_fact = api.live, api.share, api.fact
local api_relation, api_relations = api.relation, api.relations
local api_named, api_in_segment, api_spend = api.named, api.in_segment, api.spend
local api_history, api_label, api_zone = api.history, api.label, api.zone
local ffi_string = ffi.string
local out = ffi.new("const char*[1]")
local NO_ITEM, NO_FIELD = 0xffffffff, 0xffff
local WEEKDAYS = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

local access = {frame = frame, weekdays = WEEKDAYS, loading = true}

-- Fuel ----------------------------------------------------------------------------------------------

local MAX_ARGUMENTS = 64

local function stop(level)
    if api_fact(bridge, 5) ~= 0 then
        error("out of memory: keep texts and tables small", level)
    end
    if access.loading then
        error("out of time while the file is loaded: do less outside of its functions", level)
    end
    error("out of time: the rules of a placement share one budget; do less here", level)
end
-- What a library function costs beside its call; `level` is the rule's function.
local function spend(units, level)
    if api_spend(bridge, units) then stop(level) end
end
-- In the compiled code: a few instructions on a number in memory. The allocator writes it, too, so it
-- is read anew each time: the compiler, for which nothing is volatile, keeps no value in a register
-- that was stored in another size.
local function check(units)
    local fuel = frame.fuel_now - units
    frame.fuel = fuel
    if fuel < 0 then spend(0, 4) end
    return ""
end
-- For a function with `...`, which may copy its arguments as often as it likes.
local function check_arguments(units, ...)
    if select("#", ...) > MAX_ARGUMENTS then
        error("more than " .. MAX_ARGUMENTS .. " arguments for '...': pass a table", 2)
    end
    spend(units, 4)
end
-- Between the values of a `return` and the caller.
local function check_return(units, ...)
    local fuel = frame.fuel_now - units
    frame.fuel = fuel
    if fuel < 0 then spend(0, 4) end
    return ...
end
access.check, access.check_arguments, access.check_return = check, check_arguments, check_return
access.spend = spend

-- Names ---------------------------------------------------------------------------------------------

local function distance(a, b)
    local row = {}
    for j = 0, #b do row[j] = j end
    for i = 1, #a do
        local diagonal
        diagonal, row[0] = row[0], i
        for j = 1, #b do
            local cost = byte(a, i) == byte(b, j) and 0 or 1
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + cost)
        end
    end
    return row[#b]
end

-- "; did you mean 'boost'?" or the list of all names.
local function suggest(name, names)
    local best, best_distance = nil, 3
    local all = {}
    for known in pairs(names) do
        all[#all + 1] = known
        if type(name) == "string" and #name <= 40 then
            local d = distance(name, known)
            if d < best_distance then best, best_distance = known, d end
        end
    end
    if best then return "; did you mean '" .. best .. "'?" end
    table.sort(all)
    return "; known are " .. table.concat(all, ", ")
end
access.suggest = suggest

local function show(value)
    if type(value) == "string" then return "'" .. sub(value, 1, 60) .. "'" end
    if type(value) == "number" then return "" .. value end
    return "a " .. type(value)
end
access.show = show

local function read_only(what)
    return function(_, key) error(what .. " cannot be changed", 2) end
end
local proxies = {}
local function proxy(what, index)
    local made = setmetatable({}, {__index = index, __newindex = read_only(what),
                                   __metatable = false})
    proxies[made] = true
    return made
end
access.proxy, access.proxies = proxy, proxies

-- Texts of the snapshot: one Lua string per value, kept from call to call, but not so many that
-- their table alone would be a large block.
local MAX_TEXTS = 2000
local texts, cached, text_count = {}, 0, 0
local columns, column_bytes = {}, 0

local function forget_texts()
    texts, cached, text_count = {}, 0, 0
end
function access.reset()
    forget_texts()
    columns, column_bytes = {}, 0
end

local function read_text(id)
    local length = api_text(bridge, id, out)
    if length == 0 then return nil end
    local text = ffi_string(out[0], length)
    if cached > cache_limit or text_count >= MAX_TEXTS then forget_texts() end
    texts[id] = text
    cached, text_count = cached + length + 64, text_count + 1
    return text
end

local function text_of(id) return texts[id] or read_text(id) end

local function named(what, name)
    local length = api_named(bridge, what, name, #name, out)
    if length == 0 then return nil end
    return ffi_string(out[0], length)
end

-- Names that a rule puts together may be ever new ones: what is kept of them has a limit.
local MAX_COLUMN_BYTES = 65536
local function find_column(name)
    if column_bytes >= MAX_COLUMN_BYTES then columns, column_bytes = {}, 0 end
    local field = api_field(bridge, name, #name)
    columns[name] = field
    column_bytes = column_bytes + #name + 64
    return field
end

-- Items ---------------------------------------------------------------------------------------------

-- By number: LiveField in bridge.hpp.
local numbers = {price = 0, sale_price = 1, current_price = 2, stock = 3, age_days = 4, popularity = 5,
                 margin = 6}
local flags = {available = 7, on_sale = 8}
access.numbers, access.flags = numbers, flags

local function read_item(index, key)
    if type(key) ~= "string" then return nil end
    local number = numbers[key]
    if number then
        local value = api_live(bridge, index, number)
        if value == value then return value end
        return nil  -- the margin of an item whose cost is not known
    end
    local flag = flags[key]
    if flag then return api_live(bridge, index, flag) ~= 0 end
    local field = columns[key] or find_column(key)
    if field == NO_FIELD then return nil end
    local id = api_value(bridge, index, field)
    if id == 0 then return nil end
    return texts[id] or read_text(id)
end

-- The candidates' fields lie in arrays. The reader of each is a chunk of its own: of functions that
-- share their code the compiler knows neither what they close over nor which one it calls.
local TEXT_SLOTS = 64
local readers, text_slots = {}, 0
local number_source = [==[
local frame, bridge, stop, api_numbers = ...
return function()
    local values = frame.numbers[NUMBER]
    if values == nil then values = api_numbers(bridge, NUMBER) end
    if values == nil then stop(3) end
    return RESULT
end
]==]
local text_source = [==[
local frame, bridge, stop, api_texts, name, text_of = ...
return function()
    local ids = frame.texts[NUMBER]
    if ids == nil then ids = api_texts(bridge, NUMBER, name, #name) end
    if ids == nil then stop(3) end
    local id = ids[frame.place]
    if id == 0 then return nil end
    return text_of(id)
end
]==]
local function generate(source, number, result, ...)
    local code = gsub(gsub(source, "NUMBER", "" .. number), "RESULT", result)
    return loadstring(code, "=driver")(frame, bridge, stop, ...)
end
for name, number in pairs(numbers) do
    local result = "values[frame.place]"
    if name == "margin" then  -- not a number when its cost is not known
        result = result .. " == " .. result .. " and " .. result .. " or nil"
    end
    readers[name] = generate(number_source, number, result, api_numbers)
end
for name, number in pairs(flags) do
    readers[name] = generate(number_source, number, "values[frame.place] ~= 0", api_numbers)
end

local function new_reader(key)
    if type(key) ~= "string" or #key > 64 or text_slots == TEXT_SLOTS then return nil end
    readers[key] = generate(text_source, text_slots, "", api_texts, key, text_of)
    text_slots = text_slots + 1
    return readers[key]
end

local item = proxy("an item", function(_, key)
    local reader = readers[key] or new_reader(key)
    if reader then return reader() end
    return read_item(frame.items[frame.place], key)
end)
local page_item = proxy("an item", function(_, key)
    frame.asked_place = 1
    return read_item(frame.page_item, key)
end)
access.item = item

local function index_of(thing)
    if thing == item then return frame.items[frame.place] end
    if thing == page_item then
        frame.asked_place = 1
        return frame.page_item
    end
    if type(thing) == "string" then return api_find(bridge, thing, #thing) end
    error("expected an item or an item's id, got " .. show(thing), 3)
end

-- Visitor -------------------------------------------------------------------------------------------

local visitor
local function colon(self, name)
    if self ~= visitor then error("write visitor:" .. name .. "(...) with a colon", 3) end
end
local function text_argument(value, what)
    if type(value) ~= "string" then error(what .. " must be a text, got " .. show(value), 3) end
end

local methods = {}
local relation_source = [==[
local frame, bridge, stop, item, colon, relation, api_relations = ...
return function(self, thing)
    colon(self, "RESULT")
    if thing ~= item then return relation(NUMBER, thing) end
    local marks = frame.relations[NUMBER]
    if marks == nil then marks = api_relations(bridge, NUMBER) end
    if marks == nil then stop(3) end
    return marks[frame.place] ~= 0
end
]==]
local function relation(number, thing)
    spend(4, 4)
    return api_relation(bridge, number, (index_of(thing)))
end
-- By number: Relation in relations.hpp.
for name, number in pairs({viewed = 0, bought = 1, in_cart = 2, liked = 3}) do
    methods[name] = generate(relation_source, number, name, item, colon, relation, api_relations)
end
function methods.share(self, field, value)
    colon(self, "share")
    text_argument(field, "the field")
    text_argument(value, "the value")
    spend(4, 4)
    local share = api_share(bridge, columns[field] or find_column(field), value, #value)
    if share < 0 then
        error("shares are kept for brand, product_type, color, size, gender, age_group, material and "
            .. "pattern, not for " .. show(field), 2)
    end
    return share
end
function methods.in_segment(self, name)
    colon(self, "in_segment")
    text_argument(name, "the segment")
    spend(4, 4)
    return api_in_segment(bridge, name, #name)
end

-- What a history is asked about: nothing, an item, an id, {brand = "Nike"}. -> item, field, value
local function subject(of, level)
    if of == nil then return NO_ITEM, NO_FIELD, "" end
    if of == item then return frame.items[frame.place], NO_FIELD, "" end
    if of == page_item then
        frame.asked_place = 1
        return frame.page_item, NO_FIELD, ""
    end
    if type(of) == "string" then
        local index = api_find(bridge, of, #of)
        if index == NO_ITEM then index = NO_ITEM - 1 end  -- an item that nobody touched
        return index, NO_FIELD, ""
    end
    local field, value
    if type(of) == "table" and not proxies[of] then field, value = next(of) end
    if type(field) ~= "string" or type(value) ~= "string" or next(of, field) ~= nil then
        error('expected an item, an id or one column as {brand = "Nike"}', level)
    end
    return NO_ITEM, columns[field] or find_column(field), value
end

local events = {}
for i = 0, 40 do
    local name = named(6, "" .. i)
    if name then events[name] = i end
end
local function event_number(name, level)
    local number = events[name]
    if not number then error("no event " .. show(name) .. suggest(name, events), level) end
    return number
end

function methods.count(self, event, of, days)
    colon(self, "count")
    spend(16, 4)
    local what = event_number(event, 3)
    local index, field, value = subject(of, 3)
    if days ~= nil and type(days) ~= "number" then error("the days must be a number, got " .. show(days), 2) end
    return api_history(bridge, 0, what, index, field, value, #value, days or huge)
end
function methods.days_since(self, event, of)
    colon(self, "days_since")
    spend(16, 4)
    local what = event_number(event, 3)
    local index, field, value = subject(of, 3)
    local days = api_history(bridge, 1, what, index, field, value, #value, huge)
    if days >= 0 then return days end
    return nil
end
function methods.session_share(self, field, value)
    colon(self, "session_share")
    text_argument(field, "the field")
    text_argument(value, "the value")
    spend(16, 4)
    return api_history(bridge, 2, 0, NO_ITEM, columns[field] or find_column(field), value, #value, huge)
end

local trait = proxy("a trait", function(_, key)
    if type(key) ~= "string" then return nil end
    return named(0, key)
end)
local visitor_facts = {events = 0, visits = 6, cart_count = 7, cart_value = 8}
local visitor_names = {returning = 1, consent = 1, trait = 1}
for name in pairs(visitor_facts) do visitor_names[name] = 1 end
for name in pairs(methods) do visitor_names[name] = 1 end

visitor = proxy("the visitor", function(_, key)
    local method = methods[key]
    if method then return method end
    if key == "trait" then return trait end
    local fact = visitor_facts[key]
    if fact then return api_fact(bridge, fact) end
    if key == "returning" then return api_fact(bridge, 1) ~= 0 end
    if key == "consent" then return api_fact(bridge, 2) ~= 0 end
    error("a visitor has no " .. show(key) .. suggest(key, visitor_names), 2)
end)
access.visitor = visitor

-- Page ----------------------------------------------------------------------------------------------

local var = proxy("a variable", function(_, key)
    if type(key) ~= "string" then return nil end
    return named(1, key)
end)
local page_texts = {placement = 2, category = 3, query = 4, date = 5}
local page_numbers = {hour = 3, minute = 9, day = 10, month = 11, days_left = 12}
local page_names = {placement = 1, category = 1, query = 1, date = 1, item = 1, var = 1, weekday = 1}
for name in pairs(page_numbers) do page_names[name] = 1 end

access.page = proxy("the page", function(_, key)
    if key == "var" then return var end
    if key == "item" then
        frame.asked_place = 1
        return frame.page_item ~= NO_ITEM and page_item or nil
    end
    local number = page_numbers[key]
    if number then return api_fact(bridge, number) end
    if key == "weekday" then return WEEKDAYS[api_fact(bridge, 4) + 1] end
    local text = page_texts[key]
    if text then return named(text, "") end
    error("a page has no " .. show(key) .. suggest(key, page_names), 2)
end)

function access.today() return named(5, "") end  -- nil while the file is loaded

-- The number of a label; nil for what cannot be one.
function access.label(value)
    local number = type(value) == "string" and api_label(bridge, value, #value) or -1
    return number >= 0 and number or nil
end

-- What the file may name -----------------------------------------------------------------------------

-- The number of a time zone; -> an error that names the nearest. For all rules, or for one.
function access.time_zone(name, for_all)
    if type(name) ~= "string" or #name > 64 then name = "" end
    local zone = api_zone(bridge, name, #name, for_all or false, out)
    if zone < 0 then
        error("no time zone " .. show(name) .. (zone < -1 and "; did you mean '"
            .. ffi_string(out[0], -zone - 1) .. "'?" or ': write one as "Europe/Berlin"'), 0)
    end
    return zone
end
access.recommenders = {}
for i = 0, 200 do
    local name = named(7, "" .. i)
    if name then access.recommenders[name] = i end
end

return access
