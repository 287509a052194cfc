-- What a competent user of OpenResty writes: connections kept, commands pipelined, templates cut
-- once, affinities to brands and categories, a body filter that replaces what stands between marks.
local redis = require "nginx.redis"
local cjson = require "cjson.safe"
local sort, concat, find, sub = table.sort, table.concat, string.find, string.sub

local M = {}

local file = assert(io.open(DATA .. "/lua.json"))
local shop = assert(cjson.decode(file:read "*a"))
file:close()

local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#x27;" }

M.items, M.by_id = {}, {}
for i, fields in ipairs(shop.items) do
    local item = { brand_number = (i - 1) % 60, category = (i - 1) % 40, number = i - 1,
                   popularity = shop.popularity[i], fields = {} }
    for name, value in pairs(fields) do
        item.fields[name] = value:gsub("[&<>\"']", ESCAPES)
    end
    M.items[i], M.by_id[fields.id] = item, item
end
M.candidates = {}
for i, number in ipairs(shop.candidates) do
    M.candidates[i] = M.items[number + 1]
end

-- A template as literals and names of fields in turns.
M.templates = {}
for size, text in pairs(shop.templates) do
    local parts, at = {}, 1
    while true do
        local from, to, name = find(text, "{{([%w_]+)}}", at)
        parts[#parts + 1] = sub(text, at, (from or 0) - 1)
        if not from then
            break
        end
        parts[#parts + 1] = name
        at = to + 1
    end
    M.templates[size] = parts
end

function M.tile(template, item)
    local out, count, fields = {}, #template, item.fields
    for i = 1, count, 2 do
        out[i] = template[i]
        if i < count then
            out[i + 1] = fields[template[i + 1]]
        end
    end
    return concat(out)
end

local WEIGHTS = { view = 1, cart = 3, buy = 5 }

local function events_of(visitor)
    local connection = redis:new()
    connection:set_timeout(50)
    if not visitor or not connection:connect(REDIS) then
        return {}
    end
    connection:init_pipeline(2)
    connection:get("pf:" .. visitor)
    connection:lrange("ev:" .. visitor, 0, 49)
    local replies = connection:commit_pipeline()
    connection:set_keepalive(60000, 200)
    return replies and type(replies[2]) == "table" and replies[2] or {}
end

function M.affinities()
    local events = events_of(ngx.var.cookie_vid)
    local brands, categories, last = {}, {}, {}
    for i = 1, #events do
        local event = cjson.decode(events[i])
        if event then
            local weight = (WEIGHTS[event.e] or 1) * 0.97 ^ (#events - i)
            brands[event.b] = (brands[event.b] or 0) + weight
            categories[event.c] = (categories[event.c] or 0) + weight
            last[event.p] = event.e
        end
    end
    return brands, categories, last
end

function M.score(item, brands, categories)
    return item.popularity + 0.6 * (brands[item.brand_number] or 0) + 0.4 * (categories[item.category] or 0)
end

local function by_score(a, b) return a.score > b.score end

local function ranked(brands, categories, last)
    local list = {}
    for _, item in ipairs(M.candidates) do
        if last[item.fields.id] ~= "buy" then
            list[#list + 1] = { item = item, score = M.score(item, brands, categories) }
        end
    end
    sort(list, by_score)
    return list
end

function M.access()
    local ctx = ngx.ctx
    ctx.brands, ctx.categories, ctx.last = M.affinities()
    if not find(ngx.var.uri, "/list.", 1, true) then
        ctx.list = ranked(ctx.brands, ctx.categories, ctx.last)
    end
end

local MARK, END_MARK = "<!--tiles-->", "<!--/tiles-->"

local function fill(body, uri, list)
    local template = M.templates[uri:match("/(%d+)/")]
    local each = find(uri, "/cart.", 1, true) and 4 or 8
    local out, at, next_item = {}, 1, 1
    while true do
        local from, to = find(body, MARK, at, true)
        local stop, behind = find(body, END_MARK, to or 1, true)
        if not from or not stop then
            break
        end
        out[#out + 1] = sub(body, at, from - 1)
        for _ = 1, each do
            out[#out + 1] = M.tile(template, list[next_item].item)
            next_item = next_item + 1
        end
        at = behind + 1
    end
    out[#out + 1] = sub(body, at)
    return concat(out)
end

-- The tiles between `from` and `stop` of a page: their markup and items.
function M.cut_tiles(body, from, stop)
    local tiles, at = {}, from
    while true do
        local first, id_at = find(body, '<li class="tile" data-sku="', at, true)
        if not first or first >= stop then
            return tiles
        end
        local id = sub(body, id_at + 1, find(body, '"', id_at + 1, true) - 1)
        local _, last = find(body, "</li>\n", first, true)
        tiles[#tiles + 1] = { markup = sub(body, first, last), item = M.by_id[id] }
        at = last + 1
    end
end

local function reorder(body, brands, categories)
    local _, to = find(body, MARK, 1, true)
    local stop = to and find(body, END_MARK, to, true)
    if not stop then
        return body
    end
    local tiles = M.cut_tiles(body, to + 1, stop)
    for _, tile in ipairs(tiles) do
        tile.score = tile.item and M.score(tile.item, brands, categories) or 0
    end
    sort(tiles, by_score)
    local out = { sub(body, 1, to) }
    for i, tile in ipairs(tiles) do
        out[i + 1] = tile.markup
    end
    out[#out + 1] = sub(body, stop)
    return concat(out)
end

function M.body()
    local ctx, chunk, last = ngx.ctx, ngx.arg[1], ngx.arg[2]
    local buffers = ctx.buffers
    if not buffers then
        buffers = {}
        ctx.buffers = buffers
    end
    if chunk ~= "" then
        buffers[#buffers + 1] = chunk
    end
    if not last then
        ngx.arg[1] = nil
        return
    end
    local body = concat(buffers)
    ngx.arg[1] = ctx.list and fill(body, ngx.var.uri, ctx.list) or reorder(body, ctx.brands, ctx.categories)
end

return M
