#pragma once

#include "organization/keyring.h"

#include <gradus/organization/organization.h>

namespace gradus {

/// Works out the relations of valid tables. `funds_given` and `minor_digits` are left to the caller.
Relations relate(const Tables& tables, const Keyring& keys);

}  // namespace gradus
