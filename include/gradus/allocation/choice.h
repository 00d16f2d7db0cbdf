#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gradus {

/// What a choice takes of one shared resource.
struct Use {
    std::int32_t resource = 0;
    std::int64_t amount = 0;  ///< whole units, > 0

    friend bool operator==(const Use&, const Use&) = default;
};

/// One thing that a group may choose (a column). The empty choice has value 0 and uses nothing.
struct Choice {
    double value = 0;                     ///< worth, prices not deducted
    std::vector<Use> uses{};              ///< ascending by resource, each once
    std::vector<std::int32_t> content{};  ///< the client's own description; equal contents are the same choice
};

/// A choice kept by something else.
struct ChoiceView {
    double value = 0;
    std::span<const Use> uses{};
    std::span<const std::int32_t> content{};

    ChoiceView() = default;
    ChoiceView(double worth, std::span<const Use> taken, std::span<const std::int32_t> described)
        : value(worth), uses(taken), content(described) {}
    ChoiceView(const Choice& choice) : value(choice.value), uses(choice.uses), content(choice.content) {}

    /// Value at prices (by resource, per unit).
    double net(std::span<const double> prices) const {
        double sum = value;
        for (const Use& use : uses) sum -= prices[use.resource] * static_cast<double>(use.amount);
        return sum;
    }
};

/// One choice for each group, kept compactly: some 100 bytes a group. All are empty at first.
class Choices {
public:
    explicit Choices(std::int32_t groups = 0);

    std::int32_t size() const { return groups_; }
    /// Valid until a choice of one of the neighbours (the same `block` of groups) is set.
    ChoiceView operator[](std::int32_t group) const;
    /// Groups of different blocks may be set from different threads at once.
    void set(std::int32_t group, const ChoiceView& choice);

    static constexpr std::int32_t block = 256;  ///< groups

private:
    struct Place {
        double value = 0;
        std::uint32_t first_use = 0, uses = 0, first_content = 0, contents = 0;
    };
    struct Block {
        std::vector<Place> places;
        std::vector<Use> uses;
        std::vector<std::int32_t> content;
    };
    std::int32_t groups_ = 0;
    std::vector<Block> blocks_;
};

}  // namespace gradus
