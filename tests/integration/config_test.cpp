// Wrong configurations fail nginx -t, with file, line and what to write instead.
#include <boost/test/unit_test.hpp>

#include "integration/support/nginx.hpp"
#include "integration/support/shop.hpp"

namespace pz::test {

namespace {

struct Wrong {
    std::string http;    // the wrong directive stands on its second line
    std::string remedy;  // a part of the message
};

void check_refused(const TempDir& dir, const Wrong& wrong) {
    const Outcome outcome = Nginx::check(dir, "\n" + wrong.http);
    const std::string place = "check.conf:" + std::to_string(first_http_line(1));
    BOOST_CHECK_MESSAGE(outcome.status == 1, wrong.http << "\n-> status " << outcome.status << "\n"
                                                        << outcome.output);
    BOOST_CHECK_MESSAGE(outcome.output.find(place) != outcome.output.npos,
                        wrong.http << "\n-> no " << place << " in\n"
                                   << outcome.output);
    BOOST_CHECK_MESSAGE(outcome.output.find(wrong.remedy) != outcome.output.npos,
                        wrong.http << "\n-> no \"" << wrong.remedy << "\" in\n"
                                   << outcome.output);
}

void check_all(const std::vector<Wrong>& table) {
    const TempDir dir;
    dir.write("good.html", "<a href=\"{{link}}\">{{title}}</a>");
    dir.write("empty.html", " \n");
    dir.write("bad.html", "<a href=\"{{link}}\">{{title</a>");
    dir.write("raw.html", "<a>{{{title}}}</a>");
    dir.write("script.html", "<script>{{title}}</script>");
    for (const Wrong& wrong : table) {
        check_refused(dir, wrong);
    }
}

std::string in_server(const std::string& directive) {
    return directive + "\nserver { listen @listen@; }";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config)

BOOST_AUTO_TEST_CASE(a_whole_configuration_is_accepted) {
    const TempDir dir;
    dir.write("tile.html", "<a href=\"{{link}}\">{{title}}</a>");
    dir.write("rules.lua", "rule \"a\" { pin = 1, match = { id = \"P01\" } }");
    const Outcome outcome = Nginx::check(dir, R"(
        personalize_redis redis://127.0.0.1:6379/2;
        personalize_prefix shop:; personalize_partitions 16; personalize_retention 50 30d stream=200000;
        personalize_store store.pz; personalize_template tile tile.html;
        personalize_visitor $cookie_vid; personalize_consent $cookie_consent;
        personalize_consent_tcf $cookie_euconsent-v2 purposes=1,5,6 vendor=755; personalize_gpc on;
        personalize_bots $http_x_bot; personalize_alias $cookie_vid $http_x_customer;
        personalize_rules rules.lua; personalize_context country $http_x_country;
        personalize_locale $cookie_lang de_DE en-GB ar-EG-u-nu-latn;
        personalize_timeout 30ms; personalize_buffer_size 256k; personalize_impressions off;
        personalize_explore 5%;
        personalize_types text/html application/xhtml+xml;
        personalize_cache_control "private, no-store"; personalize_explain $cookie_staff;
        personalize $cookie_on;
        server {
            listen @listen@;
            location / {
                personalize on;
                personalize_widget "#a > .b[c^='d'], e" for_you,popular limit=8 min=4
                                   template=tile name=home-1 level=segment for=$arg_id category=$arg_c;
                personalize_listing ul.products item=li id=href top=12 name=list level=individual
                                    query=$arg_q category=$arg_c
                                    position_classes=first,last position_attributes=off;
                personalize_listing ul.more 'id=class:post-{id}' data=script#__NEXT_DATA__
                                    "data_path=$.props['a b'].list" data_id=link:url;
                personalize_json "$.data['my products']" id=link:product.url top=3 name=api
                                 level=segment query=$arg_q category=$arg_c;
                personalize_json_html $.fragments.*;
                personalize_event view_item item=$arg_id when=$arg_w price=$arg_p own=$arg_o;
            }
            location /rules { personalize_rules off; }
            location /e { personalize_events; }
            location /a { personalize_api; }
            location /f { personalize_forget cookie=vid domain=.shop.example; }
            location /s { personalize_status; }
            location /p { personalize_status prometheus; }
        })");
    BOOST_CHECK_MESSAGE(outcome.status == 0, outcome.output);
}

BOOST_AUTO_TEST_CASE(off_is_a_value_of_what_is_inherited) {
    const TempDir dir;
    std::string all;
    for (const std::string name :
         {"", "_visitor", "_consent", "_explain", "_rules", "_context", "_widget", "_listing",
          "_event", "_impressions", "_cache_control", "_locale", "_consent_tcf", "_gpc", "_bots",
          "_alias"}) {
        all += "personalize" + name + " off; ";
    }
    const Outcome outcome =
        Nginx::check(dir, all + "server { listen @listen@; " + all + "location / { " + all + "} }");
    BOOST_CHECK_MESSAGE(outcome.status == 0, outcome.output);
    check_all(
        {{in_server("personalize_event off item=$arg_id;"), "view_item"},
         {in_server("personalize_context country;"), "country"},
         {in_server("personalize_visitor off; personalize_visitor $cookie_a;"), "duplicate"},
         {in_server("personalize_visitor $cookie_a; personalize_visitor off;"), "duplicate"}});
}

BOOST_AUTO_TEST_CASE(redis_addresses) {
    const TempDir dir;
    for (const std::string url : {"redis://[::1]:6379", "redis://[::1]", "redis://:p@[::1]:6380/2",
                                  "redis://[2001:db8::1]:7000", "redis://127.0.0.1:6379"}) {
        const Outcome outcome = Nginx::check(dir, in_server("personalize_redis " + url + ";"));
        BOOST_CHECK_MESSAGE(outcome.status == 0, url << "\n" << outcome.output);
    }
}

BOOST_AUTO_TEST_CASE(http_blocks_without_any_directive_and_no_http_at_all) {
    const TempDir dir;
    BOOST_CHECK_EQUAL(Nginx::check(dir, "server { listen @listen@; }").status, 0);
    BOOST_CHECK_EQUAL(Nginx::check(dir, "").status, 0);
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_read_to_their_end) {
    // A regular file by its mode, but reading it fails.
    check_all({{in_server("personalize_template tile /proc/self/mem;"), "Input/output error"},
               {in_server("personalize_rules /proc/self/mem;"), "Input/output error"}});
}

BOOST_AUTO_TEST_CASE(main_directives) {
    // A label that is too long fails without a name server's help.
    const std::string nowhere = "no-such-host." + std::string(64, 'x') + ".invalid";
    check_all({{in_server("personalize_redis http://x;"), "redis://"},
               {in_server("personalize_redis redis://localhost:99999;"), "port"},
               {in_server("personalize_redis redis://localhost/x;"), "personalize_redis"},
               {in_server("personalize_redis redis://" + nowhere + ";"), "no-such-host"},
               {in_server("personalize_redis unix:;"), "unix:"},
               {in_server("personalize_prefix 'a{b';"), "pz:"},
               {in_server("personalize_partitions 0;"), "1 to 1024"},
               {in_server("personalize_partitions many;"), "1 to 1024"},
               {in_server("personalize_retention 0 90d;"), "100 90d"},
               {in_server("personalize_retention 100 soon;"), "100 90d"},
               {in_server("personalize_retention 100 90d 5;"), "stream=1000000"},
               {in_server("personalize_retention 100 90d stream=0;"), "stream=1000000"},
               {in_server("personalize_retention 100;"), "arguments"}});
}

BOOST_AUTO_TEST_CASE(who_may_be_remembered) {
    check_all(
        {{in_server("personalize_consent_tcf yes;"), "write one variable"},
         {in_server("personalize_consent_tcf $cookie_a-$cookie_b;"), "write one variable"},
         {in_server("personalize_consent_tcf $cookie_tc purposes=0;"), "purposes=1,5,6"},
         {in_server("personalize_consent_tcf $cookie_tc purposes=1,25;"), "purposes=1,5,6"},
         {in_server("personalize_consent_tcf $cookie_tc vendor=acme;"), "vendor=755"},
         {in_server("personalize_consent_tcf $cookie_tc vendor=65536;"), "vendor=755"},
         {in_server("personalize_consent_tcf $cookie_tc publisher;"), "write purposes="},
         {in_server("personalize_consent_tcf off; personalize_consent_tcf off;"), "duplicate"},
         {in_server("personalize_gpc maybe;"), "\"on\" or \"off\""},
         {in_server("personalize_bots yes;"), "write on, off or a variable"},
         {in_server("personalize_bots on; personalize_bots off;"), "duplicate"},
         {in_server("personalize_alias $cookie_vid;"), "$upstream_http_x_customer"},
         {in_server("personalize_alias off; personalize_alias $cookie_a $cookie_b;"), "duplicate"},
         {"server { listen @listen@; location / { personalize_forget vid; } }", "cookie=name"},
         {"server { listen @listen@; location / { personalize_forget cookie='a;b'; } }",
          "cookie=name"},
         {"server { listen @listen@; location / { personalize_forget domain=; } }",
          "domain=shop.example"}});
}

BOOST_AUTO_TEST_CASE(warns_of_endpoints_that_lack_a_visitor_or_redis) {
    const TempDir dir;
    const auto output = [&dir](const std::string& http, const std::string& endpoint) {
        const Outcome outcome = Nginx::check(
            dir, "\n" + http + " server { listen @listen@;\nlocation / { " + endpoint + " } }");
        BOOST_CHECK_EQUAL(outcome.status, 0);
        return outcome.output;
    };
    const std::string place = "check.conf:" + std::to_string(first_http_line(2));
    const std::string redis = "personalize_redis redis://127.0.0.1; ";
    const std::string visitor = "personalize_visitor $cookie_vid; ";
    for (const auto& [endpoint, complaint] :
         {std::pair{"personalize_forget;", "personalize_forget answers 503 in "},
          std::pair{"personalize_events;", "personalize_events takes no event in "}}) {
        const auto warned = [&, directive = endpoint, what = complaint](const std::string& http,
                                                                        const std::string& remedy) {
            const std::string said = output(http, directive);
            BOOST_CHECK_MESSAGE(said.find(what) != said.npos && said.find(place) != said.npos &&
                                    said.find(remedy) != said.npos,
                                said);
        };
        warned("", ": add personalize_redis");
        warned(visitor, ": add personalize_redis");
        warned(redis, ": add personalize_visitor");
        warned(redis + "personalize_visitor off;", ": add personalize_visitor");
        const std::string good = output(redis + visitor, endpoint);
        BOOST_CHECK_MESSAGE(good.find("warn") == good.npos, good);
    }
}

BOOST_AUTO_TEST_CASE(warns_of_a_visitor_whose_cookie_cannot_be_forgotten) {
    const TempDir dir;
    constexpr std::string_view kWarning = "personalize_forget expires no cookie";
    const auto output = [&dir](const std::string& visitor, const std::string& forget) {
        const Outcome outcome =
            Nginx::check(dir,
                         "personalize_redis redis://127.0.0.1;\n"
                         "server { listen @listen@; personalize_visitor " +
                             visitor + ";\nlocation / { personalize_forget " + forget + "; } }");
        BOOST_CHECK_EQUAL(outcome.status, 0);
        return outcome.output;
    };
    for (const char* visitor :
         {"$uid_got", "$http_x_visitor", "$cookie_a$cookie_b", "'v$cookie_a'"}) {
        const std::string said = output(visitor, "");
        BOOST_TEST(said.find(kWarning) != said.npos, visitor << ": " << said);
        const std::string place = "check.conf:" + std::to_string(first_http_line(2));
        BOOST_TEST(said.find("write cookie=name in ") != said.npos);
        BOOST_TEST(said.find(place) != said.npos, place << ": " << said);
        BOOST_TEST(output(visitor, "cookie=vid").find(kWarning) == said.npos);
    }
    for (const char* visitor : {"$cookie_vid", "${cookie_vid}"}) {
        BOOST_TEST(output(visitor, "").find(kWarning) == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(locales) {
    check_all({{in_server("personalize_locale de_DEE;"), "did you mean 'de_DE'?"},
               {in_server("personalize_locale german;"), "as in de_DE"},
               {in_server("personalize_locale de_DE fr_FR;"), "$lang de_DE fr_FR"},
               {in_server("personalize_locale $cookie_lang;"), "$lang de_DE fr_FR"},
               {in_server("personalize_locale $cookie_lang de_DE nix;"), "unknown locale 'nix'"},
               {in_server("personalize_locale off de_DE;"), "write one locale"},
               {in_server("personalize_locale de_DE; personalize_locale off;"), "duplicate"}});
}

BOOST_AUTO_TEST_CASE(page_cache) {
    check_all({{in_server("personalize_page_cache on;"), "write size=32m, tiles=8m, max_page=1m"},
               {in_server("personalize_page_cache size=0;"), "above 0"},
               {in_server("personalize_page_cache max_page=lots;"), "above 0"},
               {in_server("personalize_page_cache tiles=none;"), "above 0"},
               {in_server("personalize_page_cache off max_page=1m;"), "or off"},
               {"server { listen @listen@; personalize_page_cache size=1m; }", "in http{}"},
               {"server { listen @listen@; personalize_page_cache tiles=1m; }", "in http{}"},
               {in_server("personalize_page_cache off; personalize_page_cache max_page=1m;"),
                "duplicate"}});
}

BOOST_AUTO_TEST_CASE(passwords_are_not_repeated) {
    const TempDir dir;
    const Outcome outcome =
        Nginx::check(dir, in_server("personalize_redis redis://u:hunter2@localhost:99999;"));
    BOOST_CHECK_EQUAL(outcome.status, 1);
    BOOST_CHECK_MESSAGE(outcome.output.find("hunter2") == outcome.output.npos, outcome.output);
}

BOOST_AUTO_TEST_CASE(templates) {
    check_all(
        {{in_server("personalize_template t nowhere.html;"), "nowhere.html"},
         {in_server("personalize_template t .;"), "not a regular file"},
         {in_server("personalize_template t bad.html;"), "bad.html"},
         {in_server("personalize_template t empty.html;"), "write the HTML of one tile"},
         {in_server("personalize_listing ul item='li > a';"),
          "put the whole option before it in quotes, as in \"item=li > a\""},
         {in_server("personalize_template t raw.html;"), "raw.html"},
         {in_server("personalize_template t script.html;"), "script.html"},
         {in_server("personalize_widget '#a' popular template=nix;"), "personalize_template nix"}});
}

BOOST_AUTO_TEST_CASE(warns_of_fields_that_the_catalog_lacks) {
    const TempDir dir;
    dir.write("tile.html",
              "<a href=\"{{link}}\">\n{{#title}}{{ titl }}{{/title}} {{prize_text}}\n"
              "{{brand}} {{price_text}} {{visitor.size}} {{position}} {{qqqqqqqq}}</a>");
    const std::string http = "personalize_store @dir@/store.pz; personalize_template t tile.html;";
    const auto warnings = [&] {
        const Outcome outcome = Nginx::check(dir, in_server(http));
        BOOST_CHECK_EQUAL(outcome.status, 0);
        return outcome.output;
    };
    BOOST_TEST(warnings().find("warn") == std::string::npos);  // no store, no columns
    write_store(dir / "store.pz");
    const std::string said = warnings();
    for (const char* warning :
         {"tile.html:2: {{titl}} is no field and no column of the catalog; did you mean {{title}}?",
          "tile.html:2: {{prize_text}} is no field and no column of the catalog; did you mean "
          "{{price_text}}?",
          "tile.html:3: {{qqqqqqqq}} is no field and no column of the catalog: it will stay "
          "empty"}) {
        BOOST_TEST(said.find(warning) != said.npos, warning << "\n" << said);
    }
    for (const char* field :
         {"{{brand}}", "{{price_text}}; ", "{{visitor", "{{position", "{{link"}) {
        BOOST_TEST(said.find(std::string(": ") + field) == said.npos, field << "\n" << said);
    }
}

BOOST_AUTO_TEST_CASE(widgets_arguments) {
    check_all({{in_server("personalize_widget '#a';"), "arguments"},
               {in_server("personalize_widget 'div[' popular;"), "selector"},
               {in_server("personalize_widget '#a' poplar;"), "popular"},
               {in_server("personalize_widget '#a' popular,;"), "popular"},
               {in_server("personalize_widget '#a' popular limit=0;"), "limit"},
               {in_server("personalize_widget '#a' popular limit=many;"), "limit"},
               {in_server("personalize_widget '#a' popular limit=3 min=4;"), "min"},
               {in_server("personalize_widget '#a' popular level=vip;"), "individual"},
               {in_server("personalize_widget '#a' popular limt=3;"), "limit"},
               {in_server("personalize_widget '#a' popular for=P01;"), "for"}});
}

BOOST_AUTO_TEST_CASE(warns_of_selectors_that_never_match) {
    const TempDir dir;
    for (const auto& [directive, remedy] :
         {std::pair{"personalize_widget 'table > tr' popular;", "write 'table tr'"},
          {"personalize_widget '#a img' popular;", "select the element around it"},
          {"personalize_listing ul item=li:nth-child(0);", "counts from 1"},
          {"personalize_listing ul data=div data_path=$.a;", "in <script> only"}}) {
        const Outcome outcome = Nginx::check(dir, in_server(directive));
        BOOST_CHECK_EQUAL(outcome.status, 0);
        BOOST_CHECK_MESSAGE(
            outcome.output.find("[warn]") != outcome.output.npos &&
                outcome.output.find(remedy) != outcome.output.npos &&
                outcome.output.find("check.conf:" + std::to_string(first_http_line())) !=
                    outcome.output.npos,
            outcome.output);
    }
    const Outcome good = Nginx::check(dir, in_server("personalize_widget '#a' popular;"));
    BOOST_CHECK_MESSAGE(good.output.find("warn") == good.output.npos, good.output);
}

BOOST_AUTO_TEST_CASE(listings_arguments) {
    check_all({{in_server("personalize_listing ':hover';"), "selector"},
               {in_server("personalize_listing ul item=;"), "item"},
               {in_server("personalize_listing ul item='>>';"), "selector"},
               {in_server("personalize_listing ul top=0;"), "top"},
               {in_server("personalize_listing ul id='a b';"), "id"},
               {in_server("personalize_listing ul id=class:post-;"), "{id}"},
               {in_server("personalize_listing ul id=field:;"), "id=field:product_id"},
               {in_server("personalize_listing ul 'position_classes=a b';"), "commas"},
               {in_server("personalize_listing ul data=script;"), "data_path="},
               {in_server("personalize_listing ul data=script data_path=$a;"), "column 2"},
               {in_server("personalize_listing ul limit=3;"), "top"}});
}

BOOST_AUTO_TEST_CASE(events_and_others) {
    check_all(
        {{in_server("personalize_event;"), "arguments"},
         {in_server("personalize_event 'View Item' item=$arg_id;"), "view_item"},
         {in_server("personalize_event view_item $arg_id;"), "key=value"},
         {in_server("personalize_context 'a b' $arg_x;"), "country"},
         {in_server("personalize_timeout soon;"), "personalize_timeout"},
         {in_server("personalize_explore 5;"), "from 1% to 50%, or off"},
         {in_server("personalize_explore 51%;"), "from 1% to 50%, or off"},
         {in_server("personalize_explore x%;"), "from 1% to 50%, or off"},
         {in_server("personalize_buffer_size big;"), "personalize_buffer_size"},
         {in_server("personalize_buffer_size 0;"), "equal to or greater than 1024"},
         {in_server("personalize_impressions maybe;"), "on"},
         {in_server("personalize_rules nowhere.lua;"), "nowhere.lua"},
         {in_server("personalize_rules /tmp;"), "'/tmp': not a regular file"},
         {"server { listen @listen@; location /s { personalize_status xml; } }", "prometheus"},
         {"server { listen @listen@; location /e { personalize_events on; } }", "arguments"}});
}

// nginx itself looks variables up at the end of the configuration, where no line is known any more.
BOOST_AUTO_TEST_CASE(unknown_variables) {
    const TempDir dir;
    for (const std::string directive :
         {"personalize_widget '#a' popular for=$no_such;",
          "personalize_event search term=$no_such;", "personalize $no_such;",
          "personalize_context a $no_such;"}) {
        const Outcome outcome = Nginx::check(dir, in_server(directive));
        BOOST_CHECK_MESSAGE(outcome.status == 1, directive << " is accepted");
        BOOST_CHECK_MESSAGE(outcome.output.find("no_such") != outcome.output.npos, outcome.output);
    }
}

BOOST_AUTO_TEST_CASE(wrong_paths_of_json) {
    check_all({
        {in_server("personalize_json products;"), "column 1: begin with $, as in $.data.products"},
        {in_server("personalize_json $.a[;"), "column 5: expected a number from 0, *"},
        {in_server("personalize_json $..a;"), "name every level"},
        {in_server("personalize_json $.a id=b.;"), "id=: path 'b.': column 3"},
        {in_server("personalize_json $.a item=li;"), "unknown option 'item'"},
        {in_server("personalize_json $.a top=1000;"), "write a number from 1 to 100"},
        {in_server("personalize_json;"), "invalid number of arguments"},
        {in_server("personalize_json_html $.a top=1;"), "one path is needed"},
    });
    const TempDir dir;
    const Outcome alone = Nginx::check(dir,
                                       "server { listen @listen@; location /cart {\n"
                                       "personalize_json_html $.fragments.*; } }");
    BOOST_CHECK_EQUAL(alone.status, 1);
    BOOST_CHECK_MESSAGE(
        alone.output.find("add a personalize_widget or personalize_listing") != alone.output.npos,
        alone.output);
}

BOOST_AUTO_TEST_CASE(directives_given_twice) {
    const TempDir dir;
    dir.write("rules.lua", "rule \"a\" { pin = 1, match = { id = \"P01\" } }");
    dir.write("good.html", "<a>{{title}}</a>");
    for (const std::string directive :
         {"personalize_redis redis://127.0.0.1;", "personalize_template t good.html;",
          "personalize_rules rules.lua;", "personalize on;", "personalize_visitor $cookie_a;",
          "personalize_timeout 1s;", "personalize_explore 5%;", "personalize_explore off;",
          "personalize_store a;", "personalize_prefix a:;", "personalize_partitions 2;",
          "personalize_retention 1 1d;"}) {
        const Outcome outcome = Nginx::check(dir, directive + "\n" + in_server(directive));
        BOOST_CHECK_MESSAGE(outcome.status == 1, directive << " twice is accepted");
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
