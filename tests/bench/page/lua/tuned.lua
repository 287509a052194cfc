-- The strongest Lua we know how to write: pages cut once and kept, tiles rendered once, events packed
-- in 8 bytes each and read as one value, scores and the best of them by FFI, which LuaJIT compiles
-- (table.sort with a comparison it does not), output as one table of ready strings.
local ffi = require "ffi"
local lrucache = require "resty.lrucache"
local redis = require "nginx.redis"
local user = require "user"
local find, sub, sort, print = string.find, string.sub, table.sort, ngx.print

local M = {}

ffi.cdef "typedef struct { uint16_t brand, category, item; uint8_t kind, pad; } shop_event;"
local EVENTS = ffi.typeof("const shop_event*")
local WEIGHTS = ffi.new("double[3]", 1, 3, 5)
local MARK, END_MARK = "<!--tiles-->", "<!--/tiles-->"

local candidates, count = user.candidates, #user.candidates
local score = ffi.new("double[?]", count)
local number, brand, category = ffi.new("int[?]", count), ffi.new("int[?]", count), ffi.new("int[?]", count)
local popularity = ffi.new("double[?]", count)
for i, item in ipairs(candidates) do
    number[i - 1], brand[i - 1], category[i - 1] = item.number, item.brand_number, item.category
    popularity[i - 1] = item.popularity
end
local brands, categories = ffi.new("double[256]"), ffi.new("double[256]")
local bought = ffi.new("uint8_t[65536]")

local ready = {}
for size, template in pairs(user.templates) do
    ready[size] = {}
    for _, item in ipairs(user.items) do
        ready[size][item] = user.tile(template, item)
    end
end

local function events_of(visitor)
    local connection = redis:new()
    connection:set_timeout(50)
    if not visitor or not connection:connect(REDIS) then
        return ""
    end
    local packed = connection:get("pk:" .. visitor)
    connection:set_keepalive(60000, 200)
    return type(packed) == "string" and packed or ""
end

local function read_affinities(packed)
    ffi.fill(brands, 256 * 8)
    ffi.fill(categories, 256 * 8)
    local events, decay = ffi.cast(EVENTS, packed), 1
    for i = #packed / 8 - 1, 0, -1 do
        local event = events[i]
        local weight = WEIGHTS[event.kind] * decay
        decay = decay * 0.97
        brands[event.brand] = brands[event.brand] + weight
        categories[event.category] = categories[event.category] + weight
        bought[event.item] = event.kind == 2 and 1 or bought[event.item]
    end
end

local function forget_purchases(packed)
    local events = ffi.cast(EVENTS, packed)
    for i = 0, #packed / 8 - 1 do
        bought[events[i].item] = 0
    end
end

local best, best_score = ffi.new("int[64]"), ffi.new("double[64]")
local function select_best(wanted)
    local found = 0
    for i = 0, count - 1 do
        local s = score[i]
        if found < wanted or s > best_score[found - 1] then
            local at = found < wanted and found or wanted - 1
            while at > 0 and best_score[at - 1] < s do
                best_score[at], best[at] = best_score[at - 1], best[at - 1]
                at = at - 1
            end
            best_score[at], best[at] = s, i
            found = found < wanted and found + 1 or found
        end
    end
end

local pages = lrucache.new(1000)
local function cut(uri)
    local page = pages:get(uri)
    if page then
        return page
    end
    local answer = ngx.location.capture("/origin/" .. uri:match("^/%w+/(.*)$"))
    local body, at = answer.body, 1
    page = { size = uri:match("/(%d+)/"), pieces = {} }
    while true do
        local from, to = find(body, MARK, at, true)
        if not from then
            break
        end
        local stop, behind = find(body, END_MARK, to, true)
        page.pieces[#page.pieces + 1] = sub(body, at, from - 1)
        page.tiles = find(uri, "/list.", 1, true) and user.cut_tiles(body, to + 1, stop)
        at = behind + 1
    end
    page.pieces[#page.pieces + 1] = sub(body, at)
    pages:set(uri, page, 60)
    return page
end

local function fill(page, each)
    for i = 0, count - 1 do
        score[i] = bought[number[i]] == 1 and -1
            or popularity[i] + 0.6 * brands[brand[i]] + 0.4 * categories[category[i]]
    end
    select_best((#page.pieces - 1) * each)
    local tiles, out, at, next_item = ready[page.size], {}, 0, 0
    for i = 1, #page.pieces do
        at = at + 1
        out[at] = page.pieces[i]
        if i < #page.pieces then
            for _ = 1, each do
                at = at + 1
                out[at] = tiles[candidates[best[next_item] + 1]]
                next_item = next_item + 1
            end
        end
    end
    return out
end

local scores = {}
local function by_score(a, b) return scores[a] > scores[b] end
local function reorder(page)
    local order = {}
    for i, tile in ipairs(page.tiles) do
        local item = tile.item
        order[i] = tile
        scores[tile] = item.popularity + 0.6 * brands[item.brand_number] + 0.4 * categories[item.category]
    end
    sort(order, by_score)
    local out = { page.pieces[1] }
    for i, tile in ipairs(order) do
        out[i + 1] = tile.markup
    end
    out[#out + 1] = page.pieces[2]
    return out
end

function M.page()
    local uri = ngx.var.uri
    local packed = events_of(ngx.var.cookie_vid)
    local page = cut(uri)
    read_affinities(packed)
    local out = page.tiles and reorder(page) or fill(page, find(uri, "/cart.", 1, true) and 4 or 8)
    forget_purchases(packed)
    ngx.header.content_type = "text/html"
    print(out)
end

return M
