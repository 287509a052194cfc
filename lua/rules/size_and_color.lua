-- Size and colour: of an article in many variants the one that fits stands for it, and what comes in no
-- size of the visitor's makes room.
-- Who: visitors whose size the shop knows (trait `size`), or who keep looking at one colour.
-- Change: from which share of the attention a colour counts as preferred.

local PREFERRED = 0.5

rule "the variant in the visitor's size" {
    match = function(item, visitor)
        return visitor.trait.size ~= nil and item.size == visitor.trait.size
    end,
    variant = true,
}

rule "other sizes further down" {
    match = function(item, visitor)
        local size = visitor.trait.size
        return size ~= nil and item.size ~= nil and item.size ~= size
    end,
    bury = 3,
}

rule "preferred colour first" {
    match = function(item, visitor)
        return item.color ~= nil and visitor:share("color", item.color) >= PREFERRED
    end,
    boost = 1.5,
}
