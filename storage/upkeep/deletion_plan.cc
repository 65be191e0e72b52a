#include "storage/upkeep/deletion_plan.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"

namespace seep::storage {
namespace {

constexpr char kRoot[] = "run";

struct Reference {
  std::string column, parent, parent_column;
};

absl::StatusOr<std::vector<std::string>> Texts(sqlite::Database& db, const char* sql, const std::string& table) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db.Prepare(sql));
  if (!table.empty()) select.BindAll(table);
  std::vector<std::string> found;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return found;
    found.push_back(select.Text(0));
  }
}

absl::StatusOr<std::vector<std::string>> KeyOf(sqlite::Database& db, const std::string& table) {
  SEEP_ASSIGN_OR_RETURN(std::vector<std::string> key,
                        Texts(db, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", table));
  if (key.empty()) key.push_back("rowid");
  return key;
}

absl::StatusOr<std::vector<Reference>> ReferencesOf(sqlite::Database& db, const std::string& table) {
  // Only what leaves with its parent: SET NULL and the like stay.
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db.Prepare("SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list(?)"
                                   " WHERE on_delete = 'CASCADE' AND seq = 0"));
  select.BindAll(table);
  std::vector<Reference> references;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return references;
    Reference reference{select.Text(0), select.Text(1), select.Text(2)};
    if (reference.parent_column.empty()) {
      SEEP_ASSIGN_OR_RETURN(const std::vector<std::string> key, KeyOf(db, reference.parent));
      if (key.size() != 1) {
        return absl::InternalError(absl::StrCat("table ", table, " refers to ", reference.parent, ", whose key has several columns"));
      }
      reference.parent_column = key[0];
    }
    references.push_back(std::move(reference));
  }
}

// Rows of a table that a run owns, as a condition; tables nearer the run first.
struct Owned {
  std::string table, condition;
};

absl::StatusOr<std::vector<Owned>> OwnedTables(sqlite::Database& db) {
  SEEP_ASSIGN_OR_RETURN(const std::vector<std::string> tables,
                        Texts(db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'", ""));
  std::map<std::string, std::vector<Reference>> references;
  for (const std::string& table : tables) {
    SEEP_ASSIGN_OR_RETURN(references[table], ReferencesOf(db, table));
  }
  std::vector<Owned> owned = {{kRoot, "run_no = ?1"}};
  // A table may be reached over several parents: each way is a deletion of its own.
  for (std::size_t i = 0; i < owned.size() && owned.size() < 1000; ++i) {
    for (const auto& [table, parents] : references) {
      for (const Reference& reference : parents) {
        if (reference.parent != owned[i].table || table == owned[i].table) continue;
        owned.push_back({table, i == 0 ? absl::StrCat(reference.column, " = ?1")
                                       : absl::StrCat(reference.column, " IN (SELECT ", reference.parent_column,
                                                      " FROM ", reference.parent, " WHERE ", owned[i].condition, ")")});
      }
    }
  }
  return owned;
}

}  // namespace

absl::StatusOr<std::vector<DoomedRows>> PlanDeletion(sqlite::Database& db) {
  SEEP_ASSIGN_OR_RETURN(std::vector<Owned> owned, OwnedTables(db));
  owned.erase(owned.begin());  // the run's own row goes by itself, last
  std::reverse(owned.begin(), owned.end());
  std::vector<DoomedRows> plan;
  for (const Owned& rows : owned) {
    SEEP_ASSIGN_OR_RETURN(const std::vector<std::string> columns, KeyOf(db, rows.table));
    const std::string key = absl::StrJoin(columns, ", ");
    DoomedRows doomed;
    doomed.table = rows.table;
    SEEP_ASSIGN_OR_RETURN(const std::vector<std::string> blobs,
                          Texts(db, "SELECT name FROM pragma_table_info(?) WHERE type = 'BLOB'", rows.table));
    doomed.blobs = !blobs.empty();
    doomed.raw_samples = rows.table == "tail" || rows.table == "chunk";
    doomed.sql = absl::StrCat("DELETE FROM ", rows.table, " WHERE (", key, ") IN (SELECT ", key, " FROM ", rows.table,
                              " WHERE ", rows.condition, " LIMIT ?2)", doomed.raw_samples ? " RETURNING count" : "");
    plan.push_back(std::move(doomed));
  }
  return plan;
}

}  // namespace seep::storage
