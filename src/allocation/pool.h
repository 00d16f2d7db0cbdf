#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <gradus/allocation/choice.h>

namespace gradus {

/// Good choices of some groups (its members), seen so far, kept compactly.
class Pool {
public:
    static constexpr std::int32_t block = 64;  ///< members whose choices lie together

    std::int32_t size() const { return members_; }
    void resize(std::int32_t members);
    /// Adds a choice unless it is there; returns true if it is new. Safe for members of different blocks at once.
    bool add(std::int32_t member, const ChoiceView& choice);
    /// Number of choices of all members.
    std::int64_t choices() const;

    /// Calls f(choice number within the member's block, view) for each choice of a member, in the order in which they came.
    template <class F>
    void each(std::int32_t member, F&& f) const {
        const Block& at = blocks_[member / block];
        for (std::int32_t i = at.first[member % block]; i >= 0; i = at.columns[i].next) f(i, view(at, i));
    }
    ChoiceView operator()(std::int32_t member, std::int32_t number) const {
        return view(blocks_[member / block], number);
    }

private:
    struct Column {
        double value = 0;
        std::uint32_t first_use = 0, first_content = 0;
        std::uint32_t uses = 0, contents = 0;
        std::int32_t next = -1;
    };
    struct Block {
        std::vector<std::int32_t> first, last;  // by member
        std::vector<Column> columns;
        std::vector<Use> uses;
        std::vector<std::int32_t> content;
    };
    static ChoiceView view(const Block& at, std::int32_t i) {
        const Column& column = at.columns[i];
        return {column.value,
                {at.uses.data() + column.first_use, column.uses},
                {at.content.data() + column.first_content, column.contents}};
    }

    std::int32_t members_ = 0;
    std::vector<Block> blocks_;
};

}  // namespace gradus
