-- Age of the child: toys for the child's age. The shop gives the birthday (trait `child_birthday`, as
-- 2020-05-01); what is for other ages is not shown. Google's age groups: newborn (to 3 months), infant
-- (to 12 months), toddler (1 to 5 years), kids (5 to 13), adult.

local function age_group(birthday)
    local days = days_since(birthday)
    if days == nil or days < 0 then return nil end
    if days < 90 then return "newborn" end
    local years = years_since(birthday)
    return years < 1 and "infant" or years < 5 and "toddler" or years < 13 and "kids" or nil
end

rule "only for the child's age" {
    when = function(visitor)
        return age_group(visitor.trait.child_birthday) ~= nil
    end,
    match = { age_group = {"newborn", "infant", "toddler", "kids"} },
    require = function(item, visitor)
        return item.age_group == age_group(visitor.trait.child_birthday)
    end,
}
