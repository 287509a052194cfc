#include "nginx/visit.hpp"

#include "nginx/compat.hpp"
#include "visitor/bots.hpp"

namespace pz::ngx {

namespace {

std::string_view indexed(ngx_http_request_t* r, ngx_int_t variable) {
    const ngx_http_variable_value_t* value =
        ngx_http_get_flushed_variable(r, static_cast<ngx_uint_t>(variable));
    return value == nullptr || value->not_found
               ? std::string_view()
               : std::string_view(reinterpret_cast<const char*>(value->data), value->len);
}

// W3C's Global Privacy Control: "1" and nothing else; one of several headers will do.
bool opts_out(ngx_http_request_t* r) {
    return any_request_header(r, "Sec-GPC", [](std::string_view value) { return value == "1"; });
}

bool prefetch(ngx_http_request_t* r) {
    return request_header(r, "Sec-Purpose").starts_with("prefetch") ||
           request_header(r, "Purpose") == "prefetch" || request_header(r, "X-Moz") == "prefetch";
}

bool bot(ngx_http_request_t* r) {
    ngx_http_complex_value_t* bots = location_conf(r)->bots;
    if (bots == &built_in_bots) {
        const ngx_table_elt_t* agent = r->headers_in.user_agent;
        return agent != nullptr && visitor::says_bot(view(agent->value));
    }
    return truthy(evaluate(r, bots));
}

// The host, and port if it has one, of "https://shop.example:8443".
std::string_view authority(std::string_view origin) {
    constexpr std::string_view kScheme = "://";
    const std::size_t at = origin.find(kScheme);
    return at == std::string_view::npos ? std::string_view() : origin.substr(at + kScheme.size());
}

}  // namespace

bool consents(ngx_http_request_t* r) {
    const LocationConf* location = location_conf(r);
    const TcfRule* tcf = location->tcf;
    return (location->consent == nullptr || truthy(evaluate(r, location->consent))) &&
           (!location->gpc || !opts_out(r)) &&
           (tcf == nullptr || tcf->demand.purposes == 0 ||
            visitor::tcf_consents(indexed(r, tcf->variable), tcf->demand));
}

bool from_visitor(ngx_http_request_t* r) {
    return !prefetch(r) && !bot(r);
}

bool same_site(ngx_http_request_t* r) {
    // Set by the browser alone, whatever a page's script wants.
    const std::string_view site = request_header(r, "Sec-Fetch-Site");
    if (!site.empty()) {
        return site == "same-origin" || site == "same-site";
    }
    const ngx_table_elt_t* host = r->headers_in.host;
    const std::string_view from = authority(request_header(r, "Origin"));
    return host != nullptr && !from.empty() && same_name(from, view(host->value));
}

}  // namespace pz::ngx
