// Progress of a long step on stderr: a bar on a terminal, else a line every 10 percent.
#pragma once

#include <string>

namespace pz::cli {

class Progress {
  public:
    explicit Progress(std::string what);
    ~Progress();  // ends the bar's line
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // The share done, 0..1; may be called often.
    void update(double share);

  private:
    void draw(int percent);

    std::string what_;
    bool terminal_;
    int shown_ = -1;  // percent
};

}  // namespace pz::cli
