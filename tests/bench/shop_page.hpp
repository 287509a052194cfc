// A dense shop page of a wanted size: style sheet, icons, mega menu, four widgets of eight tiles,
// text and state as JSON, in the proportions of a home page without much decoration. The same size
// gives the same page. Thread rules: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pz::bench {

class ShopPage {
  public:
    // Selectors of the four widgets, in page order.
    static constexpr const char* kWidgets[] = {"#recommended", "section.deals > ul.tiles",
                                               "[data-slot=recent]", ".cross-sell"};

    static std::string make(std::size_t size) { return ShopPage(size).page_; }

  private:
    explicit ShopPage(std::size_t size) {
        std::string widgets[4];
        widgets[0] = tiles("<ul id=\"recommended\" class=\"tiles\">");
        widgets[1] =
            "<section class=\"reco deals\">" + tiles("<ul class=\"tiles\">") + "</section>";
        widgets[2] = tiles("<ul class=\"tiles\" data-slot=\"recent\" data-n=\"8\">");
        widgets[3] = tiles("<ul class=\"tiles cross-sell\">");
        std::size_t fixed = 700;
        for (const std::string& widget : widgets) {
            fixed += widget.size();
        }
        const std::size_t rest = size > fixed ? size - fixed : 0;
        page_ =
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<title>Shop</title>\n<link rel=\"stylesheet\" href=\"/a/main.css\">\n"
            "<script src=\"/a/main.js\" defer></script>\n";
        style(rest * 15 / 100);
        page_ += "</head>\n<body>\n";
        icons(rest * 8 / 100);
        menu(rest * 30 / 100);
        page_ += "<main>\n";
        for (const std::string& widget : widgets) {
            text(rest * 27 / 400);
            page_ += widget + '\n';
        }
        page_ += "</main>\n<footer></footer>\n";
        state(rest * 20 / 100);
        page_ += "</body>\n</html>\n";
    }

    std::uint32_t random(std::uint32_t below) {
        seed_ = seed_ * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::uint32_t>(seed_ >> 33) % below;
    }

    std::string word() {
        static constexpr std::string_view kSyllables = "albecadoenfagohainjokalumino";
        std::string out;
        for (std::uint32_t i = 2 + random(3); i > 0; --i) {
            out += kSyllables.substr(random(14) * 2UL, 2);
        }
        return out;
    }

    std::string words(int count) {
        std::string out = word();
        while (--count > 0) {
            out += ' ' + word();
        }
        return out;
    }

    std::string tile() {
        const std::string id = "P" + std::to_string(100000 + random(900000));
        const std::string name = words(3);
        const std::string price = std::to_string(random(300)) + ".99";
        return "<li class=\"tile\" data-sku=\"" + id + "\"><a href=\"/p/" + id +
               "\"><img src=\"/i/" + id + ".webp\" alt=\"" + name +
               "\" loading=\"lazy\" width=\"240\" height=\"240\"><b>" + name + "</b><span>" +
               price + " EUR</span></a></li>\n";
    }

    std::string tiles(const std::string& start) {
        std::string out = start;
        for (int i = 0; i < 8; ++i) {
            out += tile();
        }
        return out + "</ul>";
    }

    void style(std::size_t size) {
        page_ += "<style>";
        for (const std::size_t end = page_.size() + size; page_.size() < end;) {
            page_ += '.' + word() + "__" + word() +
                     "{display:flex;margin:" + std::to_string(random(40)) + "px;color:#" +
                     std::to_string(random(900000)) + '}';
        }
        page_ += "</style>\n";
    }

    void icons(std::size_t size) {
        page_ += "<svg hidden>";
        for (const std::size_t end = page_.size() + size; page_.size() < end;) {
            page_ += "<symbol id=\"i-" + word() + "\" viewBox=\"0 0 24 24\"><path d=\"M";
            for (int i = 0; i < 30; ++i) {
                page_ += std::to_string(random(24)) + '.' + std::to_string(random(10)) + ' ';
            }
            page_ += "\"/></symbol>";
        }
        page_ += "</svg>\n";
    }

    void menu(std::size_t size) {
        page_ += "<header><nav class=\"mega\" aria-label=\"Main\"><ul>\n";
        for (const std::size_t end = page_.size() + size; page_.size() < end;) {
            page_ += "<li class=\"mega__col\"><a href=\"/c/" + word() + "\" class=\"mega__head\">" +
                     word() + "</a><ul>";
            for (int i = 0; i < 8; ++i) {
                const std::string name = word();
                page_ += "<li><a class=\"mega__link\" href=\"/c/" + word() + '/' + name + "\">" +
                         name + "</a></li>";
            }
            page_ += "</ul></li>\n";
        }
        page_ += "</ul></nav></header>\n";
    }

    void text(std::size_t size) {
        page_ += "<div class=\"editorial\">";
        for (const std::size_t end = page_.size() + size; page_.size() < end;) {
            page_ += "<p class=\"copy\">" + words(14) + " <a href=\"/m/" + word() + "\">" +
                     words(2) + "</a> " + words(10) + ".</p>\n";
        }
        page_ += "</div>\n";
    }

    void state(std::size_t size) {
        page_ += "<script>window.__STATE__={\"items\":[";
        for (const std::size_t end = page_.size() + size; page_.size() < end;) {
            page_ += "{\"id\": " + std::to_string(random(99999)) + ", \"slug\": \"" + word() +
                     "\", \"title\": \"" + words(3) + "\", \"img\": \"/i/" + word() + ".webp\"},";
        }
        page_ += "{}]};</script>\n";
    }

    std::string page_;
    std::uint64_t seed_ = 20240607;
};

}  // namespace pz::bench
