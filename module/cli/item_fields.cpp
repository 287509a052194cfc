#include "cli/item_fields.hpp"

#include "cli/redis_client.hpp"

namespace pz::cli {

store::ItemInput item_of_hash(std::string_view id, const redisReply& reply) {
    store::ItemInput item;
    item.fields.emplace_back("id", id);
    const auto fields = elements_of(reply);
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        const std::string_view name = text_of(*fields[i]);
        if (name != "id") {
            item.fields.emplace_back(name, text_of(*fields[i + 1]));
        }
    }
    return item;
}

}  // namespace pz::cli
