// hint_of(): why a selector matched nothing.
#include <algorithm>
#include <functional>
#include <set>

#include "cli/inspect.hpp"
#include "page/suggest.hpp"
#include "rewrite/attributes.hpp"
#include "rewrite/tokenizer.hpp"

namespace pz::cli {

namespace {

using rewrite::Tag;

// A part of the page that is text to browsers, although it may look like HTML.
struct Region {
    std::string_view where;  // "<script>", "a comment"
    std::size_t begin;
    std::string_view text;
};

// Goes through the page by its tags alone.
void for_each_tag(std::string_view page, const std::function<void(const Tag&)>& act) {
    rewrite::Tokenizer tokenizer;
    tokenizer.feed(page);
    Tag tag;
    while (tokenizer.next(tag)) {
        act(tag);
        if (!tag.is_end) {
            tokenizer.set_text(rewrite::text_of(tag.id), tag.id);
        }
    }
}

std::vector<Region> regions_of(std::string_view page) {
    std::vector<Region> regions;
    std::size_t from = 0;
    rewrite::TagId open = rewrite::TagId::other;  // whose content is text
    const auto between = [&](std::size_t to) {
        const std::string_view text = page.substr(from, to - from);
        const std::size_t comment = text.find("<!--");
        if (open != rewrite::TagId::other) {
            regions.push_back({rewrite::tag_name(open), from, text});
        } else if (comment != text.npos) {
            regions.push_back({"", from + comment + 4, text.substr(comment + 4)});
        }
    };
    for_each_tag(page, [&](const Tag& tag) {
        between(static_cast<std::size_t>(tag.begin));
        from = static_cast<std::size_t>(tag.end);
        const bool text = !tag.is_end && rewrite::text_of(tag.id) != rewrite::Text::markup;
        open = text ? tag.id : rewrite::TagId::other;
    });
    between(page.size());
    return regions;
}

std::string about(const Region& region) {
    if (region.where.empty()) {
        return "in a comment";
    }
    const std::string element = "in a <" + std::string(region.where) + ">";
    if (region.where == "script") {
        return element + ": a script puts it into the page, after the edge has seen it";
    }
    return element + (region.where == "noscript" ? ": browsers that run scripts do not see it"
                                                 : ": it is text there");
}

std::string in_regions(std::string_view page, const rewrite::Pattern& pattern,
                       const rewrite::Limits& limits) {
    const rewrite::Patterns patterns({pattern});
    for (const Region& region : regions_of(page)) {
        const Inspection inside = inspect(region.text, patterns, limits);
        if (!inside.found.empty() || !inside.skipped.empty()) {
            const std::uint64_t first =
                inside.found.empty() ? inside.skipped.front().offset : inside.found.front().begin;
            return "it stands at " + place_of(page, region.begin + first) + ", but " +
                   about(region);
        }
    }
    return {};
}

// How many of the selector's parts, from the left, are found.
std::size_t found_parts(std::string_view page, const rewrite::ComplexSelector& selector,
                        const rewrite::Limits& limits, std::uint64_t& place) {
    for (std::size_t count = selector.compounds.size() - 1; count > 0; count--) {
        rewrite::Pattern part;
        part.selector.alternatives = {
            {{selector.compounds.begin(),
              selector.compounds.begin() + static_cast<std::ptrdiff_t>(count)}}};
        const Inspection inspection = inspect(page, rewrite::Patterns({part}), limits);
        if (!inspection.found.empty() || !inspection.skipped.empty()) {
            place = inspection.found.empty() ? inspection.skipped.front().offset
                                             : inspection.found.front().begin;
            return count;
        }
    }
    return 0;
}

// What stands in the page's tags.
struct Names {
    std::set<std::string, std::less<>> tags, ids, classes;
};

void add_words(std::string_view text, std::set<std::string, std::less<>>& words) {
    constexpr std::string_view kSpace = " \t\r\n\f";
    for (std::size_t at = text.find_first_not_of(kSpace); at != text.npos;
         at = text.find_first_not_of(kSpace, at)) {
        const std::size_t end = std::min(text.find_first_of(kSpace, at), text.size());
        words.emplace(text.substr(at, end - at));
        at = end;
    }
}

Names names_in(std::string_view page) {
    Names names;
    std::vector<rewrite::Attribute> attributes;
    for_each_tag(page, [&](const Tag& tag) {
        if (tag.is_end) {
            return;
        }
        names.tags.emplace(tag.name);
        const std::size_t begin = static_cast<std::size_t>(tag.begin) + 1 + tag.name.size();
        attributes.clear();
        rewrite::parse_attributes(page.substr(begin, static_cast<std::size_t>(tag.end) - begin),
                                  attributes);
        if (const auto* id = rewrite::find_attribute(attributes, "id")) {
            names.ids.emplace(id->value);
        }
        if (const auto* classes = rewrite::find_attribute(attributes, "class")) {
            add_words(classes->value, names.classes);
        }
    });
    return names;
}

// "no element has the class 'tils'; there is 'tiles'"
std::string missing(std::string_view what, std::string_view name,
                    const std::set<std::string, std::less<>>& known) {
    if (known.contains(name)) {
        return {};
    }
    const std::vector<std::string_view> list(known.begin(), known.end());
    const std::string_view near = page::nearest(name, list);
    return "no element has the " + std::string(what) + " '" + std::string(name) + "'" +
           (near.empty() ? "" : "; there is '" + std::string(near) + "'");
}

std::string missing_in(const rewrite::Compound& compound, const Names& names) {
    std::string text;
    if (!compound.type.empty()) {
        text = missing("name", compound.type, names.tags);
    }
    for (const rewrite::AttributeTest& test : compound.attributes) {
        if (text.empty() && test.name == "id" && test.op == rewrite::AttributeTest::Op::equals) {
            text = missing("id", test.value, names.ids);
        } else if (text.empty() && test.name == "class" &&
                   test.op == rewrite::AttributeTest::Op::word) {
            text = missing("class", test.value, names.classes);
        }
    }
    return text;
}

std::string of_alternative(std::string_view page, const rewrite::ComplexSelector& selector,
                           const rewrite::Limits& limits) {
    std::uint64_t place = 0;
    const std::size_t count = found_parts(page, selector, limits, place);
    const std::string why = missing_in(selector.compounds[count], names_in(page));
    std::string text;
    if (count > 0) {
        text = "the first " + std::to_string(count) + " of its " +
               std::to_string(selector.compounds.size()) + " parts are found, as at " +
               place_of(page, place) + "; what follows is not in there";
        text += why.empty() ? "" : ": " + why;
        return text;
    }
    return why.empty() ? "no element has all of it at once" : why;
}

}  // namespace

std::string hint_of(std::string_view page, const rewrite::Pattern& pattern,
                    const rewrite::Limits& limits) {
    if (page.starts_with("\xFF\xFE") || page.starts_with("\xFE\xFF")) {
        return "the page is UTF-16: the edge leaves it alone";
    }
    if (!page.empty() && page.find('<') == page.npos) {
        return "there is no tag in it: is it compressed, or no HTML?";
    }
    std::string region = in_regions(page, pattern, limits);
    if (!region.empty()) {
        return region;
    }
    std::string text;
    for (const rewrite::ComplexSelector& each : pattern.selector.alternatives) {
        text += (text.empty() ? "" : "; ") + of_alternative(page, each, limits);
    }
    return text;
}

}  // namespace pz::cli
