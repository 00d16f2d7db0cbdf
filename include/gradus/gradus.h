#pragma once

// Everything at once.

#include <gradus/account/hledger.h>
#include <gradus/account/ledger.h>
#include <gradus/account/ledger_check.h>
#include <gradus/account/ledger_tables.h>
#include <gradus/account/receipt.h>
#include <gradus/account/request.h>
#include <gradus/assessment/assessment.h>
#include <gradus/assessment/estimate.h>
#include <gradus/assessment/rater.h>
#include <gradus/assessment/residual.h>
#include <gradus/assessment/review.h>
#include <gradus/base/arrow.h>
#include <gradus/base/control.h>
#include <gradus/base/error.h>
#include <gradus/base/input.h>
#include <gradus/base/problem.h>
#include <gradus/base/table.h>
#include <gradus/base/version.h>
#include <gradus/organization/organization.h>
#include <gradus/planning/desk.h>
#include <gradus/planning/earlier.h>
#include <gradus/planning/mip.h>
#include <gradus/planning/optimize.h>
#include <gradus/planning/plan.h>
#include <gradus/planning/recommend.h>
#include <gradus/planning/remaining.h>
#include <gradus/planning/replan.h>
#include <gradus/planning/verify.h>
#include <gradus/risk/concentration.h>
#include <gradus/risk/gap.h>
#include <gradus/risk/heat_map.h>
#include <gradus/risk/risk.h>
#include <gradus/tracking/observation.h>
