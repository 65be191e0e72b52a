// Propagation of absl::Status.
//
//   SEEP_RETURN_IF_ERROR(db.Execute(sql));
//   SEEP_ASSIGN_OR_RETURN(Statement select, db.Prepare(sql));
//   return Annotate(status, "run 41");   // "run 41: <message>", same code
#ifndef SEEP_COMMON_STATUS_STATUS_MACROS_H_
#define SEEP_COMMON_STATUS_STATUS_MACROS_H_

#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace seep {

// Adds the object's name in front of the message, once per folder boundary.
inline absl::Status Annotate(const absl::Status& status, std::string_view context) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(absl::string_view(context.data(), context.size()),
                                                  ": ", status.message()));
}

}  // namespace seep

#define SEEP_RETURN_IF_ERROR(expression)                            \
  do {                                                              \
    if (absl::Status seep_status_ = (expression); !seep_status_.ok()) \
      return seep_status_;                                          \
  } while (false)

#define SEEP_STATUS_CONCAT_INNER_(a, b) a##b
#define SEEP_STATUS_CONCAT_(a, b) SEEP_STATUS_CONCAT_INNER_(a, b)
#define SEEP_ASSIGN_OR_RETURN_(holder, left, expression) \
  auto holder = (expression);                            \
  if (!holder.ok()) return std::move(holder).status();   \
  left = *std::move(holder)
#define SEEP_ASSIGN_OR_RETURN(left, ...) \
  SEEP_ASSIGN_OR_RETURN_(SEEP_STATUS_CONCAT_(seep_status_or_, __LINE__), left, (__VA_ARGS__))

#endif  // SEEP_COMMON_STATUS_STATUS_MACROS_H_
