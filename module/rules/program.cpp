#include "rules/program.hpp"

#include <cstring>
#include <limits>
#include <utility>

#include "rules/bridge.hpp"

namespace pz::rules {
namespace {

using Op = Program::Op;
using Node = Program::Node;

// No item has it: the id of a text that the snapshot does not know.
constexpr store::ValueId kUnknown = 0xffffffffU;
// Lua sees the beginning of long texts alone; what is no longer than this is whole.
constexpr std::size_t kWholeText = 1000;

store::ValueId id_of(const store::Snapshot& snapshot, std::string_view text) {
    const store::ValueId found = snapshot.find_value(text);
    return found == store::kNoValue ? kUnknown : found;
}

// Evaluates a program for up to 64 candidates. All sets of bits are of them; `active` are those about
// which the function would ask at this point.
class Block {
  public:
    Block(const Program& program, const std::vector<Evaluator::Bound>& bound, std::size_t first,
          std::size_t count)
        : nodes_(program.nodes), bound_(bound), first_(first), count_(count) {}

    std::size_t root() const { return nodes_.size() - 1; }
    bool gave_up() const { return gave_up_; }

    // Of the active ones, those for which the node is neither nil nor false.
    std::uint64_t truth(std::size_t node, std::uint64_t active);
    // A number for each of the active ones in the result, into `out`; nil or false for the others.
    std::uint64_t factors(std::uint64_t active, double* out);

  private:
    struct Numbers {
        const double* values;
        std::uint64_t has;  // who has one
    };
    static constexpr std::uint64_t kAll = ~std::uint64_t{0};

    void give_up_if(bool reason) {
        if (reason) {
            gave_up_ = true;
        }
    }
    std::uint64_t equal_text(const Node& node, const Evaluator::Bound& bound) const;
    std::uint64_t compare(const Node& node, std::uint64_t active);
    std::uint64_t leaf(std::size_t node, std::uint64_t active);
    // `room` is for 64; the result may lie there.
    Numbers numbers(std::size_t node, std::uint64_t active, double* room);
    Numbers calculate(const Node& node, std::uint64_t active, double* room);
    Numbers either(const Node& node, std::uint64_t active, double* room);
    Numbers field(std::size_t node) const;
    static Numbers spread(double number, double* room);

    const std::vector<Node>& nodes_;
    const std::vector<Evaluator::Bound>& bound_;
    const std::size_t first_;
    const std::size_t count_;
    bool gave_up_ = false;
};

std::uint64_t Block::equal_text(const Node& node, const Evaluator::Bound& bound) const {
    if (nodes_[node.left].op == Op::column) {
        const store::ValueId* values = bound_[node.left].values + first_;
        return where(values, [wanted = bound.value](lanes::Ids ids) { return ids == wanted; });
    }
    const std::string_view left = bound_[node.left].text;
    const bool constant = nodes_[node.right].op == Op::text;
    const bool same = constant ? !left.empty() && left == nodes_[node.right].text
                               : left == bound_[node.right].text;
    return same ? kAll : 0;
}

std::uint64_t Block::compare(const Node& node, std::uint64_t active) {
    double room[2][kLanes];
    const Numbers left = numbers(node.left, active, room[0]);
    const Numbers right = numbers(node.right, active, room[1]);
    const std::uint64_t has = active & left.has & right.has;
    if (node.op == Op::equal) {
        return has & where(left.values, right.values,
                           [](lanes::Doubles a, lanes::Doubles b) { return a == b; });
    }
    give_up_if(has != active);
    return has &
           (node.op == Op::less ? where(left.values, right.values,
                                        [](lanes::Doubles a, lanes::Doubles b) { return a < b; })
                                : where(left.values, right.values,
                                        [](lanes::Doubles a, lanes::Doubles b) { return a <= b; }));
}

std::uint64_t Block::leaf(std::size_t at, std::uint64_t active) {
    const Evaluator::Bound& bound = bound_[at];
    switch (nodes_[at].op) {
        case Op::nil:
        case Op::no:
            return 0;
        case Op::field:
            return active & field(at).has;
        case Op::flag:
            return active & bound.flags[first_ / kLanes];
        case Op::column:
            return active & ~where(bound.values + first_,
                                   [](lanes::Ids ids) { return ids == store::kNoValue; });
        case Op::relation:
            return active & where_each(count_, [relations = bound.relations + first_](
                                                   std::size_t i) { return relations[i] != 0; });
        case Op::fact_flag:
            return bound.number != 0 ? active : 0;
        case Op::fact_text:
            return bound.text.empty() ? 0 : active;
        default:
            return active;
    }
}

std::uint64_t Block::truth(std::size_t at, std::uint64_t active) {
    const Node& node = nodes_[at];
    switch (node.op) {
        case Op::both: {
            const std::uint64_t left = truth(node.left, active);
            return left == 0 ? 0 : truth(node.right, left);
        }
        case Op::either: {
            const std::uint64_t left = truth(node.left, active);
            const std::uint64_t rest = active & ~left;
            return rest == 0 ? left : left | truth(node.right, rest);
        }
        case Op::negate:
            return active & ~truth(node.left, active);
        case Op::equal_text:
            return active & equal_text(node, bound_[at]);
        case Op::equal:
        case Op::less:
        case Op::less_equal:
            return compare(node, active);
        case Op::add:
        case Op::subtract:
        case Op::multiply:
        case Op::divide:
        case Op::minus: {
            double room[kLanes];
            return active & calculate(node, active, room).has;
        }
        default:
            return leaf(at, active);
    }
}

// The margin is the one that may be unknown.
Block::Numbers Block::field(std::size_t at) const {
    const double* values = bound_[at].numbers + first_;
    const bool unknown = static_cast<LiveField>(nodes_[at].what) == LiveField::margin;
    return {values,
            unknown ? where(values, [](lanes::Doubles margin) { return margin == margin; }) : kAll};
}

Block::Numbers Block::spread(double number, double* room) {
    rules::spread(number, room);
    return {room, kAll};
}

Block::Numbers Block::calculate(const Node& node, std::uint64_t active, double* room) {
    double own[2][kLanes];
    const Numbers left = numbers(node.left, active, own[0]);
    const Numbers right = node.op == Op::minus ? left : numbers(node.right, active, own[1]);
    give_up_if((active & ~(left.has & right.has)) != 0);
    const auto fill = [&](auto result) {
        rules::calculate(left.values, right.values, room, result);
        return Numbers{room, kAll};
    };
    using lanes::Doubles;
    switch (node.op) {
        case Op::add:
            return fill([](Doubles a, Doubles b) { return a + b; });
        case Op::subtract:
            return fill([](Doubles a, Doubles b) { return a - b; });
        case Op::multiply:
            return fill([](Doubles a, Doubles b) { return a * b; });
        case Op::divide:
            return fill([](Doubles a, Doubles b) { return a / b; });
        default:
            return fill([](Doubles a, Doubles) { return -a; });
    }
}

Block::Numbers Block::either(const Node& node, std::uint64_t active, double* room) {
    double own[2][kLanes] = {};
    const Numbers left = numbers(node.left, active, own[0]);
    const std::uint64_t rest = active & ~left.has;
    const Numbers right = numbers(node.right, rest, own[1]);
    for (std::size_t i = 0; i < kLanes; ++i) {
        room[i] = (left.has >> i & 1U) != 0 ? left.values[i] : right.values[i];
    }
    return {room, left.has | (rest & right.has)};
}

Block::Numbers Block::numbers(std::size_t at, std::uint64_t active, double* room) {
    const Node& node = nodes_[at];
    switch (node.op) {
        case Op::number:
            return spread(node.number, room);
        case Op::fact:
            return spread(bound_[at].number, room);
        case Op::field:
            return field(at);
        case Op::both: {
            const std::uint64_t left = truth(node.left, active);
            Numbers right = numbers(node.right, left, room);
            right.has &= left;
            return right;
        }
        case Op::either:
            return either(node, active, room);
        case Op::add:
        case Op::subtract:
        case Op::multiply:
        case Op::divide:
        case Op::minus:
            return calculate(node, active, room);
        default:  // true, or a text: Lua may make a number of it, or raise an error
            give_up_if(truth(at, active) != 0);
            return {spread(0, room).values, 0};
    }
}

std::uint64_t Block::factors(std::uint64_t active, double* out) {
    double room[kLanes];
    const Numbers result = numbers(root(), active, room);
    const std::uint64_t has = active & result.has;
    const std::uint64_t sound = where(result.values, [](lanes::Doubles factor) {
        return (factor > 0) & (factor < std::numeric_limits<double>::infinity());
    });
    give_up_if((has & ~sound) != 0);
    std::memcpy(out, result.values, count_ * sizeof *out);
    return has;
}

}  // namespace

void Program::resolve(const store::Snapshot& snapshot) {
    for (Node& node : nodes) {
        if (node.op == Op::column) {
            node.field = snapshot.find_field(node.text);
        } else if (node.op == Op::text) {
            node.value = id_of(snapshot, node.text);
        }
    }
}

namespace {

void bind_column(const Node& node, Bridge& bridge, Evaluator::Bound& bound) {
    if (node.field == store::kNoField) {
        api().field(&bridge, node.text.data(), node.text.size());  // notes that it is missing
    }
    bound.values = bridge.columns.values(node.field).data();
}

void bind_text(const Node& node, Bridge& bridge, Evaluator::Bound& bound) {
    const char* text = nullptr;
    const std::int32_t length =
        api().named(&bridge, node.what, node.text.data(), node.text.size(), &text);
    bound.text = {text, static_cast<std::size_t>(length)};
}

// What equals the column's text.
store::ValueId wanted(const Node& right, const Evaluator::Bound& bound,
                      const store::Snapshot& snapshot) {
    if (right.op == Op::text) {
        return right.value;
    }
    return bound.text.empty() ? store::kNoValue : id_of(snapshot, bound.text);
}

}  // namespace

bool Evaluator::bind(const Program& program, Bridge& bridge) {
    bound_.resize(program.nodes.size());
    for (std::size_t i = 0; i < bound_.size(); ++i) {
        const Node& node = program.nodes[i];
        Bound& bound = bound_[i];
        switch (node.op) {
            case Op::flag:
                bound.flags = bridge.columns.flags(static_cast<LiveField>(node.what)).data();
                break;
            case Op::field:
                bound.numbers = bridge.columns.numbers(static_cast<LiveField>(node.what)).data();
                break;
            case Op::column:
                bind_column(node, bridge, bound);
                break;
            case Op::relation:
                bound.relations = bridge.relations.of(static_cast<Relation>(node.what)).data();
                break;
            case Op::fact:
            case Op::fact_flag:
                bound.number = api().fact(&bridge, node.what);
                break;
            case Op::fact_text:
                bind_text(node, bridge, bound);
                if (bound.text.size() > kWholeText) {
                    return false;
                }
                break;
            case Op::equal_text:
                bound.value = wanted(program.nodes[node.right], bound_[node.right],
                                     *bridge.context->snapshot);
                break;
            default:
                break;
        }
    }
    return true;
}

bool Evaluator::ask(const Program& program, Bridge& bridge, bool* holds) {
    if (!bind(program, bridge)) {
        return false;
    }
    Block block(program, bound_, 0, 1);
    *holds = block.truth(block.root(), 1) != 0;
    return !block.gave_up();
}

bool Evaluator::keep(const Program& program, Bridge& bridge, Marks& marks) {
    if (!bind(program, bridge)) {
        return false;
    }
    kept_ = marks;
    const auto words = kept_.words();
    for (std::size_t w = 0; w < words.size(); ++w) {
        Block block(program, bound_, w * kLanes, kept_.in_word(w));
        words[w] = words[w] == 0 ? 0 : block.truth(block.root(), words[w]);
        if (block.gave_up()) {
            return false;
        }
    }
    std::swap(marks, kept_);
    return true;
}

bool Evaluator::amounts(const Program& program, Bridge& bridge, Marks& marks,
                        std::span<double> out) {
    if (!bind(program, bridge)) {
        return false;
    }
    kept_ = marks;
    const auto words = kept_.words();
    for (std::size_t w = 0; w < words.size(); ++w) {
        const std::size_t first = w * kLanes;
        Block block(program, bound_, first, kept_.in_word(w));
        words[w] = words[w] == 0 ? 0 : block.factors(words[w], out.data() + first);
        if (block.gave_up()) {
            return false;
        }
    }
    std::swap(marks, kept_);
    return true;
}

}  // namespace pz::rules
