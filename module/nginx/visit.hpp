// Who asks, as far as it decides what may be kept of a request.
#pragma once

#include "nginx/conf.hpp"

namespace pz::ngx {

// What the location's settings make of the request: personalize_consent, personalize_consent_tcf
// and personalize_gpc must all agree; those that are not set do.
bool consents(ngx_http_request_t* r);

// Whether a visitor is at work, by personalize_bots, and looks now: a prefetch is no look.
bool from_visitor(ngx_http_request_t* r);

// Whether the visitor's browser says that a page of this very site sends the request; what says
// nothing is not believed. For requests that change something on the visitor's behalf.
bool same_site(ngx_http_request_t* r);

}  // namespace pz::ngx
