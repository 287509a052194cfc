-- Brand lovers: a visitor who keeps coming back to one brand sees more of it, and what was bought of
-- it already makes room for the rest.
-- Change: from which share of the visitor's attention on a brand counts as loved.

local LOVED = 0.3

rule "loved brands first" {
    when = function(visitor)
        return visitor.events >= 3
    end,
    match = function(item, visitor)
        return item.brand ~= nil and visitor:share("brand", item.brand) >= LOVED
    end,
    boost = function(item, visitor)
        return 1 + visitor:share("brand", item.brand)
    end,
}

rule "bought already, once is enough" {
    match = function(item, visitor)
        return visitor:bought(item)
    end,
    bury = 3,
}
