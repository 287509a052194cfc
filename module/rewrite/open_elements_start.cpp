// OpenElements: what a start tag closes, implies and opens.
#include "rewrite/characters.hpp"
#include "rewrite/open_elements.hpp"

namespace pz::rewrite {

const OpenElements::Outcome& OpenElements::start(const Tag& tag, TagAttributes& attributes) {
    outcome_ = Outcome{.depth = stack_.size()};
    fostered_ = false;
    if (!tag.overlong && plain(tag.id)) {
        start_plain(tag);
        return outcome_;
    }
    irregularities_ += tag.overlong ? 1 : 0;
    const bool in_template = inert();
    if (html_rules(tag)) {
        html_start(tag, attributes);
    } else {
        foreign_start(tag, attributes);
    }
    outcome_.displaced = outcome_.element && fostered_;
    outcome_.element = outcome_.element && !fostered_ && !in_template && !tag.overlong;
    return outcome_;
}

// A part of a table or a list of options that stands where it belongs: nothing is implied or ended.
bool OpenElements::plain_part(TagId id) const {
    const std::size_t size = stack_.size();
    if (phase_ != Phase::body || size < 3 || stack_.back().space != Space::html || inert()) {
        return false;
    }
    if (id == TagId::option) {
        return current_is(TagId::select) || current_is(TagId::optgroup);
    }
    const auto section = [this](std::size_t index) {
        return is_html(index, TagId::tbody) || is_html(index, TagId::thead) ||
               is_html(index, TagId::tfoot);
    };
    if (open_count(TagId::select) != 0) {
        return false;
    }
    if (id == TagId::td || id == TagId::th) {
        return current_is(TagId::tr) && section(size - 2) && is_html(size - 3, TagId::table);
    }
    if (id == TagId::tr) {
        return section(size - 1) && is_html(size - 2, TagId::table);
    }
    return current_is(TagId::table);
}

// <svg> itself, and what only opens its element in it. False: it does more, or is too deep.
bool OpenElements::open_svg(TagId id, bool self_closing) {
    constexpr std::uint8_t kElsewhere = hinder::kPlace | hinder::kHead;
    const bool opens = foreign() ? stack_.back().space == Space::svg &&
                                       !stack_.back().integration && plain_in_svg(id)
                                 : id == TagId::svg && (hindrances() & kElsewhere) == 0;
    if (!opens || (!self_closing && stack_.size() >= max_depth_)) {
        return false;
    }
    const bool in_template = inert();
    const std::uint32_t child = count_child(stack_.back());
    if (self_closing) {
        return true;
    }
    OpenElement& e = stack_.emplace_back();
    e.id = id;
    e.space = Space::svg;
    e.inert = in_template;
    e.serial = ++serial_;
    e.child = child;
    e.irregularities = static_cast<std::uint32_t>(irregularities_);
    return true;
}

// Nearly always: what the other rules come to, known beforehand.
void OpenElements::start_plain(const Tag& tag) {
    outcome_.element = true;
    if (tag_is(tag.id, tag_flag::kVoid)) {
        outcome_.child = count_child(stack_.back());
        return;
    }
    outcome_.overflow = stack_.size() >= max_depth_;
    if (outcome_.overflow) {
        return;
    }
    OpenElement& e = push_plain(tag.id);
    if (tag.id == TagId::other) {
        add_name(e, tag.name);
    }
    outcome_.child = e.child;
    outcome_.opened = true;
    outcome_.text = text_of(tag.id);
}

bool OpenElements::html_rules(const Tag& tag) const {
    if (!foreign()) {
        return true;
    }
    const OpenElement& e = stack_.back();
    if (e.id == TagId::annotation_xml && e.space == Space::math && tag.id == TagId::svg) {
        return true;
    }
    const bool stays_math = tag.id == TagId::mglyph || tag.id == TagId::malignmark;
    return e.integration && (e.space == Space::svg || e.id == TagId::annotation_xml || !stays_math);
}

void OpenElements::foreign_start(const Tag& tag, TagAttributes& attributes) {
    bool breakout = tag_is(tag.id, tag_flag::kBreakout);
    if (tag.id == TagId::font) {
        const auto list = attributes.get();
        breakout = find_attribute(list, "color") != nullptr ||
                   find_attribute(list, "face") != nullptr ||
                   find_attribute(list, "size") != nullptr;
    }
    if (breakout) {
        leave_foreign();
        html_start(tag, attributes);
        return;
    }
    open(tag, stack_.back().space);
    if (outcome_.opened && tag.id == TagId::annotation_xml && stack_.back().space == Space::math) {
        const Attribute* encoding = find_attribute(attributes.get(), "encoding");
        stack_.back().integration =
            encoding != nullptr && (equal_ignoring_case(encoding->value, "text/html") ||
                                    equal_ignoring_case(encoding->value, "application/xhtml+xml"));
    }
}

void OpenElements::leave_foreign() {
    ++irregularities_;
    while (foreign() && !stack_.back().integration) {
        pop();
    }
}

void OpenElements::html_start(const Tag& tag, TagAttributes& attributes) {
    if (!inert() && root_start(tag)) {
        return;
    }
    if (open_count(TagId::select) != 0 && in_select_start(tag)) {
        return;
    }
    if (tag_is(tag.id, tag_flag::kTablePart)) {
        if (!table_part_start(tag)) {
            return;
        }
    } else if (!stack_.empty() && stack_.back().space == Space::html &&
               tag_is(stack_.back().id, tag_flag::kTableContext) &&
               in_table_start(tag, attributes)) {
        return;
    } else if ((tag.id == TagId::table || tag.id == TagId::form) && in_table() &&
               stray_in_table(tag)) {
        return;
    }
    if (tag.id == TagId::form && !form_start()) {
        return;
    }
    close_implied(tag);
    open(tag, tag.id == TagId::svg    ? Space::svg
              : tag.id == TagId::math ? Space::math
                                      : Space::html);
}

// <html>, <head>, <body> and what is implied of them. True when the tag needs nothing more.
bool OpenElements::root_start(const Tag& tag) {
    if (tag.id == TagId::html) {
        if (stack_.empty()) {
            open(tag, Space::html);
        }
        return true;
    }
    if (phase_ == Phase::body) {
        return tag.id == TagId::head || tag.id == TagId::body;
    }
    if (stack_.empty()) {
        push_implied(TagId::html);
    }
    if (tag.id == TagId::head) {
        if (phase_ == Phase::before_head) {
            open(tag, Space::html);
            phase_ = Phase::head;
        }
        return true;
    }
    if (tag_is(tag.id, tag_flag::kHead)) {
        if (phase_ == Phase::before_head) {
            push_implied(TagId::head);
            phase_ = Phase::head;
        }
        return false;
    }
    pop_to(1);
    phase_ = Phase::body;
    if (tag.id == TagId::body) {
        open(tag, Space::html);
        return true;
    }
    push_implied(TagId::body);
    return false;
}

// Browsers disagree about markup in <select>: old ones drop it, new ones keep it.
bool OpenElements::in_select_start(const Tag& tag) {
    const bool content = tag_is(tag.id, tag_flag::kSelectContent);
    fostered_ = !content || !(current_is(TagId::select) || current_is(TagId::optgroup) ||
                              current_is(TagId::option));
    if (content) {
        return false;
    }
    ++irregularities_;
    const bool ends = tag.id == TagId::select || tag.id == TagId::input ||
                      tag.id == TagId::textarea || tag.id == TagId::keygen;
    const std::size_t select = ends ? find(TagId::select, Reach::scope) : kNone;
    if (select != kNone) {
        pop_to(select);
        fostered_ = false;
    }
    return tag.id == TagId::select;
}

// False: the tag is to be ignored, for there is no table.
bool OpenElements::table_part_start(const Tag& tag) {
    const std::size_t table = find(TagId::table, Reach::table);
    if (table == kNone) {
        return inert();
    }
    switch (tag.id) {
        case TagId::col:
            if (table + 1 < stack_.size() && is_html(table + 1, TagId::colgroup)) {
                pop_to(table + 2);
            } else {
                pop_to(table + 1);
                push_implied(TagId::colgroup);
            }
            break;
        case TagId::tr:
            imply_section(table);
            break;
        case TagId::td:
        case TagId::th:
            imply_row(table);
            break;
        default:
            pop_to(table + 1);
            break;
    }
    return true;
}

// Goes back to the table's open section, or opens one.
void OpenElements::imply_section(std::size_t table) {
    const std::size_t section = table + 1;
    if (section < stack_.size() &&
        (is_html(section, TagId::tbody) || is_html(section, TagId::thead) ||
         is_html(section, TagId::tfoot))) {
        pop_to(section + 1);
        return;
    }
    pop_to(section);
    push_implied(TagId::tbody);
}

void OpenElements::imply_row(std::size_t table) {
    const std::size_t row = table + 2;
    if (row < stack_.size() && is_html(row, TagId::tr)) {
        pop_to(row + 1);
        return;
    }
    imply_section(table);
    push_implied(TagId::tr);
}

// A start tag that is no table part, directly in a table or one of its parts. True when it opens
// nothing.
bool OpenElements::in_table_start(const Tag& tag, TagAttributes& attributes) {
    if (tag.id == TagId::script || tag.id == TagId::style || tag.id == TagId::template_) {
        return false;
    }
    if (current_is(TagId::colgroup)) {
        pop();
    }
    if (tag.id == TagId::form) {
        if (form_start()) {
            next_child(tag.id);  // empty
        }
        return true;
    }
    if (tag.id == TagId::input) {
        const Attribute* type = find_attribute(attributes.get(), "type");
        if (type != nullptr && equal_ignoring_case(type->value, "hidden")) {
            return false;
        }
    }
    ++irregularities_;
    const std::size_t table = tag.id == TagId::table ? find(TagId::table, Reach::table) : kNone;
    if (table != kNone) {
        pop_to(table);
    } else {
        fostered_ = true;
    }
    return false;
}

// Whether a table's rules hold: in what stands directly in a table, too, though that was moved out.
bool OpenElements::in_table() const {
    for (std::size_t i = open_count(TagId::table) == 0 ? 0 : stack_.size(); i-- > 0;) {
        const OpenElement& e = stack_[i];
        if (e.space != Space::html || e.removed) {
            continue;
        }
        if (tag_is(e.id, tag_flag::kTableContext)) {
            return true;
        }
        if (e.id == TagId::td || e.id == TagId::th || e.id == TagId::caption ||
            e.id == TagId::template_) {
            return false;
        }
    }
    return false;
}

// A <table> there ends the table, a <form> is empty. True when the tag opens nothing.
bool OpenElements::stray_in_table(const Tag& tag) {
    ++irregularities_;
    if (tag.id == TagId::form) {
        if (form_start()) {
            next_child(tag.id);
        }
        return true;
    }
    if (const std::size_t table = find(TagId::table, Reach::table); table != kNone) {
        pop_to(table);
    }
    return false;
}

// False: a form is open and this one is to be ignored.
bool OpenElements::form_start() {
    if (inert()) {
        return true;
    }
    const bool opens = !form_open_;
    form_open_ = true;
    return opens;
}

void OpenElements::close_implied(const Tag& tag) {
    if (tag.id == TagId::li) {
        close_items(TagId::li, TagId::li);
    } else if (tag.id == TagId::dd || tag.id == TagId::dt) {
        close_items(TagId::dd, TagId::dt);
    }
    if (tag_is(tag.id, tag_flag::kClosesP)) {
        const std::size_t p = find(TagId::p, Reach::button);
        if (p != kNone) {
            irregularities_ += tag.id == TagId::table ? 1 : 0;  // in quirks mode it would not
            pop_to(p);
        }
    }
    if (tag_is(tag.id, tag_flag::kHeading)) {
        if (!stack_.empty() && stack_.back().space == Space::html &&
            tag_is(stack_.back().id, tag_flag::kHeading)) {
            pop();
        }
        return;
    }
    switch (tag.id) {
        case TagId::a:
        case TagId::nobr:
            close_formatting(tag.id);
            return;
        case TagId::button:
            if (const std::size_t open = find(TagId::button, Reach::scope); open != kNone) {
                ++irregularities_;
                pop_to(open);
            }
            return;
        case TagId::option:
            close_option(false);
            return;
        case TagId::optgroup:
            close_option(open_count(TagId::select) != 0);
            return;
        case TagId::hr:
            if (open_count(TagId::select) != 0) {
                close_option(true);
            }
            return;
        case TagId::rb:
        case TagId::rtc:
            close_ruby_parts(false);
            return;
        case TagId::rp:
        case TagId::rt:
            close_ruby_parts(true);
            return;
        default:
            return;
    }
}

void OpenElements::close_items(TagId first, TagId second) {
    if (open_count(first) + open_count(second) == 0) {
        return;
    }
    for (std::size_t i = stack_.size(); i-- > 0;) {
        if (is_html(i, first) || is_html(i, second)) {
            pop_to(i);
            return;
        }
        const bool passed =
            is_html(i, TagId::address) || is_html(i, TagId::div) || is_html(i, TagId::p);
        if (special(stack_[i]) && !passed) {
            return;
        }
    }
}

// A second <a> in an <a> ends the first.
void OpenElements::close_formatting(TagId id) {
    const std::size_t index = find_formatting(id);
    if (index == kNone) {
        return;
    }
    ++irregularities_;
    if (special_above(index) != kNone) {
        remove_formatting(index);
        return;
    }
    pop_to(index + 1);
    pop();
}

void OpenElements::close_option(bool group_too) {
    if (current_is(TagId::option)) {
        pop();
    }
    if (group_too && current_is(TagId::optgroup)) {
        pop();
    }
}

void OpenElements::close_ruby_parts(bool keep_rtc) {
    if (find(TagId::ruby, Reach::scope) == kNone) {
        return;
    }
    while (stack_.back().space == Space::html && tag_is(stack_.back().id, tag_flag::kImpliedEnd) &&
           !(keep_rtc && stack_.back().id == TagId::rtc)) {
        pop();
    }
}

void OpenElements::open(const Tag& tag, Space space) {
    outcome_.element = true;
    const bool html = space == Space::html;
    outcome_.foreign = !html;
    if (html ? tag_is(tag.id, tag_flag::kVoid) : tag.self_closing) {
        outcome_.child = next_child(tag.id);
        return;
    }
    push(tag.id, space, tag.overlong ? std::string_view() : tag.name);
    outcome_.opened = !outcome_.overflow;
    outcome_.child = outcome_.opened ? stack_.back().child : 0;
    outcome_.text = html ? text_of(tag.id) : Text::markup;
}

}  // namespace pz::rewrite
