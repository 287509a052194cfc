// Being asked to end: SIGTERM and SIGINT stay pending and are looked at between two steps, so that
// no step is ever cut in half and no handler is needed.
#pragma once

#include <chrono>

namespace pz::cli {

// Call once, before anything that must not be interrupted.
void defer_stop_signals();
bool stop_requested();
// Waits; returns at once when asked to end.
void pause_unless_stopped(std::chrono::milliseconds time);

}  // namespace pz::cli
