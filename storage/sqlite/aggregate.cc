#include "storage/sqlite/aggregate.h"

#include <sqlite3.h>

#include <new>
#include <utility>

#include "storage/sqlite/error.h"

namespace seep::sqlite {
namespace {

constexpr int kMostArguments = 4;
using Make = std::function<std::unique_ptr<Aggregate>()>;

// SQLite keeps this much for each group, zeroed.
struct Group {
  Aggregate* aggregate;
  bool failed;
};

void Fail(sqlite3_context* context, Group& group, const std::string& why) {
  group.failed = true;
  sqlite3_result_error(context, why.c_str(), static_cast<int>(why.size()));
}

void Step(sqlite3_context* context, int count, sqlite3_value** values) {
  auto* const group = static_cast<Group*>(sqlite3_aggregate_context(context, sizeof(Group)));
  if (group == nullptr) return sqlite3_result_error_nomem(context);
  if (group->failed) return;
  double arguments[kMostArguments];
  for (int i = 0; i < count; ++i) {
    const int type = sqlite3_value_numeric_type(values[i]);
    if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) return;
    arguments[i] = sqlite3_value_double(values[i]);
  }
  try {  // a group's rows may be more than the process may hold
    if (group->aggregate == nullptr) group->aggregate = (*static_cast<Make*>(sqlite3_user_data(context)))().release();
    const absl::Status added = group->aggregate->Add({arguments, static_cast<std::size_t>(count)});
    if (!added.ok()) Fail(context, *group, std::string(added.message()));
  } catch (const std::bad_alloc&) {
    group->failed = true;
    sqlite3_result_error_nomem(context);
  }
}

void Finish(sqlite3_context* context) {
  auto* const group = static_cast<Group*>(sqlite3_aggregate_context(context, 0));
  if (group == nullptr || group->aggregate == nullptr) return sqlite3_result_null(context);
  const std::unique_ptr<Aggregate> aggregate(group->aggregate);  // also called to clean up after an error
  group->aggregate = nullptr;
  if (group->failed) return;
  try {
    const std::optional<double> result = aggregate->Result();
    if (result) sqlite3_result_double(context, *result);
    else sqlite3_result_null(context);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

}  // namespace

absl::Status RegisterAggregate(Database& db, const std::string& name, int arguments, Make make) {
  if (arguments < 1 || arguments > kMostArguments) return absl::InvalidArgumentError(name + ": too many arguments");
  const int result = sqlite3_create_function_v2(
      db.connection(), name.c_str(), arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
      new Make(std::move(make)), nullptr, Step, Finish, [](void* kept) { delete static_cast<Make*>(kept); });
  return result == SQLITE_OK ? absl::OkStatus() : ErrorStatus(db.connection(), result, "registering " + name);
}

}  // namespace seep::sqlite
