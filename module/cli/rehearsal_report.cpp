// The report of a rehearsal.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "cli/rehearsal.hpp"

namespace pz::cli {

namespace {

constexpr std::size_t kTitle = 44;  // bytes of a title

template <class... Values>
void print(std::string& out, const char* format, Values... values) {
    std::array<char, 400> line{};
    std::snprintf(line.data(), line.size(), format, values...);
    out += line.data();
}

double share(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

// "23084 Rabbit Night Light", cut at a character's border.
std::string title_of(const store::Snapshot& snapshot, store::ItemIndex item) {
    std::string text(snapshot.id(item));
    text.append(" ").append(snapshot.text(item, store::field::title));
    if (text.size() > kTitle) {
        std::size_t end = kTitle - 3;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
            --end;
        }
        text.resize(end);
        text += "...";
    }
    return text;
}

void print_items(const store::Snapshot& snapshot, const Shift& shift, bool gain, std::size_t show,
                 std::string& out) {
    std::vector<std::pair<store::ItemIndex, ItemShift>> items;
    for (const auto& [item, moved] : shift.items) {
        if (gain ? moved.places > 0 : moved.places < 0) {
            items.emplace_back(item, moved);
        }
    }
    std::stable_sort(items.begin(), items.end(), [](const auto& a, const auto& b) {
        return std::abs(a.second.places) > std::abs(b.second.places);
    });
    if (!items.empty()) {
        print(out, "  %-46s %9s %16s\n", gain ? "gaining" : "losing", "places", "shown");
    }
    for (std::size_t i = 0; i < std::min(show, items.size()); ++i) {
        print(out, "    %-44s %+9ld %7u -> %5u\n", title_of(snapshot, items[i].first).c_str(),
              items[i].second.places, items[i].second.shown_before, items[i].second.shown_after);
    }
    if (items.size() > show) {
        print(out, "    and %zu more\n", items.size() - show);
    }
}

void print_exposure(const Shift& shift, const std::string& column, std::size_t show,
                    std::string& out) {
    struct Line {
        std::string name;
        double before, after;
    };
    std::vector<Line> lines;
    for (const auto& [name, sum] : shift.exposure) {
        lines.push_back({name.empty() ? "(none)" : name, share(sum.before, shift.attention.before),
                         share(sum.after, shift.attention.after)});
    }
    std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
        return std::abs(a.after - a.before) > std::abs(b.after - b.before);
    });
    print(out, "  attention by %s\n", column.c_str());
    for (std::size_t i = 0; i < std::min(show, lines.size()); ++i) {
        print(out, "    %-44s %+8.1f%% %6.1f%% -> %4.1f%%\n", lines[i].name.c_str(),
              100 * (lines[i].after - lines[i].before), 100 * lines[i].before,
              100 * lines[i].after);
    }
    if (lines.size() > show) {
        print(out, "    and %zu more\n", lines.size() - show);
    }
}

void print_means(const Shift& shift, std::string& out) {
    const double price[] = {share(shift.price.before, shift.priced.before),
                            share(shift.price.after, shift.priced.after)};
    print(out, "  %-46s %+9.2f %7.2f -> %5.2f\n", "mean price", price[1] - price[0], price[0],
          price[1]);
    if (shift.with_margin.before + shift.with_margin.after == 0) {
        print(out, "  %-46s %s\n", "mean margin",
              "not known: no column cost_of_goods_sold or margin");
        return;
    }
    const double margin[] = {100 * share(shift.margin.before, shift.with_margin.before),
                             100 * share(shift.margin.after, shift.with_margin.after)};
    print(out, "  %-46s %+8.1f%% %6.1f%% -> %4.1f%%\n", "mean margin", margin[1] - margin[0],
          margin[0], margin[1]);
}

void print_rules(const Rehearsal& rehearsal, std::string& out) {
    out += "Rules, and in how many placements they found something to do\n";
    for (const RuleShift& rule : rehearsal.rules) {
        print(out, "  %-46s %9llu%s\n", rule.name.c_str(),
              static_cast<unsigned long long>(rule.uses), rule.uses == 0 ? "  never" : "");
    }
    if (rehearsal.failed_before + rehearsal.failed_after > 0) {
        print(out, "Failures: %u with the old rules, %u with the new ones\n",
              rehearsal.failed_before, rehearsal.failed_after);
    }
    if (!rehearsal.error.empty()) {
        out += "  " + rehearsal.error + "\n";
    }
}

}  // namespace

std::string report(const store::Snapshot& snapshot, const Rehearsal& rehearsal, std::size_t show) {
    std::string out;
    print(out, "Pages changed: %zu of %zu (%.1f%%)\n", rehearsal.pages_changed, rehearsal.pages,
          100 * share(static_cast<double>(rehearsal.pages_changed),
                      static_cast<double>(rehearsal.pages)));
    if (rehearsal.skipped > 0) {
        print(out, "Without anything to show: %zu\n", rehearsal.skipped);
    }
    for (const auto& [name, shift] : rehearsal.placements) {
        print(out, "\n%s: %u of %u changed (%.1f%%)\n", name.c_str(), shift.changed,
              shift.decisions, 100 * share(shift.changed, shift.decisions));
        if (shift.changed == 0) {
            continue;
        }
        print_items(snapshot, shift, true, show, out);
        print_items(snapshot, shift, false, show, out);
        print_exposure(shift, rehearsal.column, show, out);
        print_means(shift, out);
    }
    out += "\n";
    print_rules(rehearsal, out);
    return out;
}

}  // namespace pz::cli
