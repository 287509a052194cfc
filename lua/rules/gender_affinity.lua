-- Gender affinity within the session: who looks at men's things and then searches "white shirts" sees
-- white shirts for men first. It holds for this visit only: next time it may be a gift.
-- Change: how clear the session must be, and where (`on`).

local CLEAR = 0.6

rule "the session's gender first" {
    on = {"search*", "category*", "home*"},
    match = function(item, visitor)
        return item.gender ~= nil and item.gender ~= "unisex"
            and visitor:session_share("gender", item.gender) >= CLEAR
    end,
    boost = 2,
}
