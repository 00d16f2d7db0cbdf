#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace gradus {

/// Values that never change once shared: a fixed-size array that is filled by its maker, then handed to a Column.
///
/// Nothing is written before: whichever threads fill the array are the first to touch its memory.
template <class T>
class Buffer {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

public:
    struct Free {
        void operator()(T* values) const noexcept { ::operator delete(values); }
    };
    using Owner = std::unique_ptr<T[], Free>;

    Buffer() = default;
    explicit Buffer(std::size_t size) : size_(size) {
        if (size > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
        values_.reset(static_cast<T*>(::operator new(size * sizeof(T))));
    }
    Buffer(std::size_t size, T value) : Buffer(size) { std::fill_n(values_.get(), size, value); }
    explicit Buffer(const std::vector<T>& values) : Buffer(values.size()) {
        std::copy(values.begin(), values.end(), values_.get());
    }

    std::size_t size() const { return size_; }
    T* data() { return values_.get(); }
    const T* data() const { return values_.get(); }
    T& operator[](std::size_t i) { return values_[i]; }
    const T& operator[](std::size_t i) const { return values_[i]; }
    T* begin() { return data(); }
    T* end() { return data() + size_; }
    Owner release() && { return std::move(values_); }

private:
    Owner values_;
    std::size_t size_ = 0;
};

}  // namespace gradus
