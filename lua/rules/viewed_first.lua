-- The three viewed first: on the second visit, what was looked at before leads: skates, then the rest.
-- Change: how many places, and where (`on`).

local WHERE = {"category*", "search*"}

local function seen_before(item, visitor)
    return visitor:viewed(item) and not visitor:bought(item)
end
local function back_again(visitor)
    return visitor.visits >= 2
end

for place = 1, 3 do
    rule("viewed before, place " .. place) {
        on = WHERE,
        when = back_again,
        match = seen_before,
        pin = place,
    }
end
