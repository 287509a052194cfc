// Assignments: finds, token by token, the tables that an assignment writes to.
//
// In "a.b[c], d = f, g" that is "a.b", from its first byte to where ".name" or "[key]" of the last
// index begins. What has not been compiled before may give anything, within the text.
// Thread rules: a value.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace pz::rules {

class Assignments {
  public:
    // Where an expression begins, and its last index: positions that the caller gave.
    struct Table {
        std::size_t begin;
        std::size_t index;
    };

    Assignments() { enter(); }

    void name(std::size_t at);
    void text();
    void literal();  // a number, too
    void keyword(std::string_view word, bool function_ends);
    void sign(std::string_view sign, std::size_t at);  // all but "="
    void enter();                                      // the body of a function
    // At a "=", "==" excluded: the tables, from left to right; none where it names a field or a local.
    std::vector<Table> assign();
    // Behind `function`, where the parameters begin: the table in "function a.b.c". False: none.
    bool defined(Table& out) const;

  private:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    // A bracket or the body of a function.
    struct Level {
        char bracket;          // '\0': a body
        bool call = false;     // what is in the bracket goes on with what stood before
        bool values = false;   // behind a "="
        bool operand = false;  // an expression may end here
        bool prefix = false;   // one that an index or a call may follow
        bool field = false;    // the last token is "." or ":"
        Table current = {kNone, kNone};
        std::vector<Table> targets;  // before the last ","
    };

    Level& level() { return levels_.back(); }
    void begin_expression(std::size_t at);
    void index(std::size_t at);
    void open(char bracket, std::size_t at);
    void close();
    void comma();
    void operate();
    void statement();
    void leave();

    std::vector<Level> levels_;
};

}  // namespace pz::rules
