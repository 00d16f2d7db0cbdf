#pragma once

#include <gradus/base/table.h>
#include <gradus/organization/ids.h>

namespace gradus {

/// Capabilities (also called competencies or skills): a forest, each on one scale.
struct Capabilities : Table {
    Capabilities() : Table("capabilities", "What people can be able to do, each on a proficiency scale") {}

    Column<CapabilityId> capability{
        *this, {.name = "capability", .meaning = "key of the capability", .required = true, .identity = true}};
    Column<ScaleId> scale{*this, {.name = "scale", .meaning = "scale it is measured on", .required = true}};
    Column<std::string_view> name{*this, {.name = "name", .meaning = "label"}};
    Column<CapabilityId> parent{*this, {.name = "parent", .meaning = "capability it is part of"}};
    Column<std::string_view> kind{*this, {.name = "kind", .meaning = "label of a class", .carried = true}};
    Column<std::string_view> description{*this, {.name = "description", .meaning = "label"}};
};

}  // namespace gradus
