#include "cli/commands/saved_queries.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

constexpr std::size_t kMaxSqlBytes = 64 << 10;  // as the server has it
constexpr std::size_t kMaxName = 63;

bool IsName(const std::string& name) {
  return !name.empty() && name.size() <= kMaxName && absl::ascii_isalnum(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; });
}

}  // namespace

absl::StatusOr<SavedQueries> SavedQueries::Of(const Environment& environment) {
  for (const auto& [variable, below] : {std::pair("XDG_CONFIG_HOME", "/seep/queries"), std::pair("HOME", "/.config/seep/queries")}) {
    const std::string base = environment.Get(variable);
    if (!base.empty() && base[0] == '/') return SavedQueries(base + below);
  }
  return absl::InvalidArgumentError("there is no home directory to keep queries in; set HOME or XDG_CONFIG_HOME");
}

absl::StatusOr<std::string> SavedQueries::PathOf(const std::string& name) const {
  if (IsName(name)) return absl::StrCat(directory_, "/", name, ".sql");
  return absl::InvalidArgumentError(absl::StrCat("'", Printable(name), "' is no name for a query: letters, digits, - and _, at most ", kMaxName));
}

absl::Status SavedQueries::Save(const std::string& name, const std::string& sql) const {
  SEEP_ASSIGN_OR_RETURN(const std::string path, PathOf(name));
  if (sql.size() > kMaxSqlBytes) return absl::InvalidArgumentError("the query is over 64 KiB");
  SEEP_RETURN_IF_ERROR(MakeDirectories(directory_));
  return WriteFileAtomically(path, absl::StrCat(sql, "\n"));
}

absl::StatusOr<std::string> SavedQueries::Load(const std::string& name) const {
  SEEP_ASSIGN_OR_RETURN(const std::string path, PathOf(name));
  auto sql = ReadFile(path, kMaxSqlBytes + 1);
  if (absl::IsNotFound(sql.status())) return NoneOf(name);
  if (!sql.ok()) return sql.status();
  return std::string(absl::StripSuffix(*sql, "\n"));
}

absl::Status SavedQueries::Forget(const std::string& name) const {
  SEEP_ASSIGN_OR_RETURN(const std::string path, PathOf(name));
  if (unlink(path.c_str()) == 0) return absl::OkStatus();
  return errno == ENOENT ? NoneOf(name) : ErrnoStatus(errno, path);
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> SavedQueries::List() const {
  std::vector<std::pair<std::string, std::string>> queries;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory_, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().stem().string();
    if (at->path().extension() != ".sql" || !IsName(name)) continue;
    SEEP_ASSIGN_OR_RETURN(std::string sql, Load(name));
    queries.emplace_back(name, std::move(sql));
  }
  if (error && error != std::errc::no_such_file_or_directory) return ErrnoStatus(error.value(), directory_);
  std::sort(queries.begin(), queries.end());
  return queries;
}

absl::Status SavedQueries::NoneOf(const std::string& name) const {
  SEEP_ASSIGN_OR_RETURN(const auto queries, List());
  const std::string there = absl::StrJoin(queries, ", ", [](std::string* out, const auto& query) { out->append(query.first); });
  return absl::InvalidArgumentError(absl::StrCat("no query is saved as '", name, "'",
                                                 there.empty() ? "; `seep query --save NAME 'SELECT ...'` saves one" : "; there are: " + there));
}

}  // namespace seep::cli
