#pragma once

#include <functional>

#include "planning/draft.h"

namespace gradus {

/// Calls `look` with every choice that the draft's offer allows and that holds what is forced, each once: by trying.
inline void try_all(Draft& draft, const std::function<void()>& look) {
    const std::function<void(std::size_t)> extend = [&](std::size_t c) {
        if (c == draft.offer.courses.size()) {
            if (draft.complete()) look();
            return;
        }
        extend(c + 1);
        for (std::int32_t w = draft.offer.courses[c].first_way; w < draft.offer.courses[c].last_way; ++w) {
            Way way;
            if (!draft.place(w, way)) continue;
            draft.push(way);
            extend(c + 1);
            draft.pop();
        }
    };
    extend(0);
}

}  // namespace gradus
