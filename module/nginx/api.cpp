// personalize_api: recommendations as JSON, to apps and whatever else is no page.
//
// The answer goes the way of a page: it begins as the answer when nothing is known, and the filters
// put what is known of the visitor in its place, within personalize_timeout and with consent.
#include <string>
#include <vector>

#include "nginx/conf.hpp"
#include "page/answer.hpp"
#include "recommend/json_text.hpp"

namespace pz::ngx {

namespace {

ngx_int_t answer(ngx_http_request_t* r) {
    std::vector<std::string_view> values;
    for (ngx_http_complex_value_t* value : location_conf(r)->placements->variables) {
        values.push_back(evaluate(r, value));
    }
    const auto question = page::read_question(values);
    if (question.ok()) {
        return send_text(r, NGX_HTTP_OK, "application/json", page::kNoAnswer);
    }
    std::string body = "{\"error\":";
    recommend::append_json(question.message(), body);
    return send_text(r, NGX_HTTP_BAD_REQUEST, "application/json", body + "}\n");
}

}  // namespace

ngx_int_t api_handler(ngx_http_request_t* r) noexcept {
    const ngx_int_t rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }
    if ((r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0) {
        return NGX_HTTP_NOT_ALLOWED;
    }
    return guarded(r->connection->log, static_cast<ngx_int_t>(NGX_HTTP_INTERNAL_SERVER_ERROR),
                   [r] { return answer(r); });
}

}  // namespace pz::ngx
