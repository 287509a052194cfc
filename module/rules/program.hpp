// Program: a function of the rule file as C++ evaluates it over the candidates' columns, without the
// VM. translate.hpp says which functions can be one.
//
// It answers as the function would. Where the function would raise an error, or where more would
// have to be known to be sure, the program gives up, and Lua is asked. Programs have no loops, and
// at most kMaxNodes nodes: they need no fuel.
// Thread rules: a Program is a value, and an Evaluator belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rules/marks.hpp"
#include "store/snapshot.hpp"

namespace pz::rules {

struct Bridge;

struct Program {
    enum class Op : std::uint8_t {
        // Constants.
        nil,
        no,
        yes,
        number,
        text,
        // Of the candidate; `what` is a LiveField or a Relation.
        field,
        flag,
        column,
        relation,
        // Of visitor and page; `what` is the number for Api::fact or Api::named.
        fact,
        fact_flag,
        fact_text,
        // Of one or two nodes.
        both,
        either,
        negate,
        equal_text,  // columns stand left, constants right
        equal,       // numbers from here on
        less,
        less_equal,
        add,
        subtract,
        multiply,
        divide,
        minus
    };
    struct Node {
        Op op = Op::nil;
        std::uint8_t what = 0;
        std::uint8_t left = 0;  // nodes before this one
        std::uint8_t right = 0;
        double number = 0;
        std::string text;  // a constant, or the name of a column, trait or variable
        // Set by resolve() for one snapshot.
        store::FieldId field = store::kNoField;
        store::ValueId value = store::kNoValue;
    };
    static constexpr std::size_t kMaxNodes = 64;

    std::vector<Node> nodes;  // the last is the answer; none: Lua it is

    bool empty() const { return nodes.empty(); }
    void resolve(const store::Snapshot& snapshot);
};

// Evaluates resolved programs for the candidates of a bound Bridge. Each call returns false when the
// program gave up, and has changed nothing but the amounts of marked candidates.
class Evaluator {
  public:
    // A function of visitor and page.
    bool ask(const Program& program, Bridge& bridge, bool* holds);
    // Leaves the marks of those for which it is true.
    bool keep(const Program& program, Bridge& bridge, Marks& marks);
    // A factor for each mark, finite and above 0; nil takes the mark away.
    bool amounts(const Program& program, Bridge& bridge, Marks& marks, std::span<double> out);

    // What a node stands for in one call.
    struct Bound {
        const double* numbers = nullptr;          // by candidate, as the others
        const std::uint64_t* flags = nullptr;     // by word of candidates
        const store::ValueId* values = nullptr;   // by candidate
        const std::uint8_t* relations = nullptr;  // by candidate
        double number = 0;
        store::ValueId value = store::kNoValue;
        std::string_view text;
    };

  private:
    bool bind(const Program& program, Bridge& bridge);

    std::vector<Bound> bound_;  // by node; kept for its memory
    Marks kept_;
};

}  // namespace pz::rules
