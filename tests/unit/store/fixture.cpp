#include "unit/store/fixture.hpp"

#include <stdlib.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace pz::store::test {

Folder::Folder() {
    std::string name = std::filesystem::temp_directory_path() / "pz-store-XXXXXX";
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
}

Folder::~Folder() {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
}

std::vector<std::string> Folder::names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        names.push_back(entry.path().filename());
    }
    return names;
}

std::string read_bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    BOOST_REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::string& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    BOOST_REQUIRE(file);
}

ItemInput make_item(std::string id, std::vector<std::pair<std::string, std::string>> fields) {
    ItemInput item;
    item.fields = std::move(fields);
    item.fields.emplace_back("id", std::move(id));
    return item;
}

void fill_small_shop(SnapshotBuilder& builder) {
    const auto add = [&builder](const ItemInput& item) {
        const Result<ItemIndex> index = builder.add_item(item);
        BOOST_REQUIRE_MESSAGE(index.ok(), index.message());
    };
    add(make_item("mug", {{"title", "Mug \"Tea & Co\""},
                          {"link", "https://shop.example/product/mug"},
                          {"brand", "Acme"},
                          {"product_type", "Kitchen > Mugs > Large"},
                          {"price", "19.90 GBP"},
                          {"sale_price", "14.90 GBP"},
                          {"availability", "in stock"},
                          {"stock", "7"},
                          {"date_added", "2024-02-29"},
                          {"custom_label_0", "gift"}}));
    add(make_item("bowl", {{"title", "Bowl"},
                           {"link", "https://shop.example/product/bowl/"},
                           {"brand", "Acme"},
                           {"price", "5.00 GBP"},
                           {"availability", "out_of_stock"}}));
    add(make_item("lamp", {{"title", "Lamp"}, {"margin", "0.4"}, {"date_added", "1700000000"}}));
    add(make_item("rug"));
    builder.set_popularity(1, 2.5F);
    builder.set_list(ListKind::popular, "", {{0, 1.F}, {1, 3.F}, {2, 2.F}});
    builder.set_list(ListKind::in_category, "Kitchen", {{0, 1.F}});
    builder.set_list(ListKind::in_brand, "Acme", {{1, 1.F}, {0, 9.F}});
    builder.set_list(ListKind::in_segment, "vip", {{2, 1.F}});
    builder.set_neighbours(NeighbourKind::cross_sell, 0, {{2, .2F}, {1, .8F}});
    builder.set_neighbours(NeighbourKind::similar, 2, {{3, .5F}});
    builder.add_session(3000, {0, 1, 0, 2});
    builder.add_session(1000, {2, 1});
    builder.add_session(2000, {1});
}

std::string small_shop_file(const Folder& folder) {
    SnapshotBuilder builder;
    fill_small_shop(builder);
    const std::string path = folder.path("small");
    const Status status = builder.write(path, 42, 1763660000);
    BOOST_REQUIRE_MESSAGE(status.ok(), status.message());
    return read_bytes(path);
}

}  // namespace pz::store::test
