#include "storage/stores/run_conditions.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace seep::storage {
namespace {

using Alternative = RunTerm::Alternative;

class Builder {
 public:
  explicit Builder(RunConditions& out) : out_(out) {}

  void And(const RunTerm& term) {
    absl::StrAppend(&out_.sql, term.negated ? " AND NOT (" : " AND (");
    bool first = true;
    for (const Alternative& one : term.alternatives) {
      if (!first) absl::StrAppend(&out_.sql, " OR ");
      first = false;
      Add(term.field, one);
    }
    absl::StrAppend(&out_.sql, ")");
  }

 private:
  void Text(std::string value) { out_.values.emplace_back(std::move(value)); }
  void Sql(const std::string& sql) { out_.sql += sql; }

  void Add(RunTerm::Field field, const Alternative& one) {
    switch (field) {
      case RunTerm::Field::kSdk: return Sdk(one);
      case RunTerm::Field::kVersion: return Version(one.version);
      case RunTerm::Field::kVerdict: return Number("r.verdict = ?", one.number);
      case RunTerm::Field::kState: return Number("r.state = ?", one.number);
      case RunTerm::Field::kLabel: return Label(one);
      case RunTerm::Field::kAgent: return Name("r.agent", one.text);
      case RunTerm::Field::kScenario: return Name("r.scenario", one.text);
      case RunTerm::Field::kName: return Name("r.name", one.text);
      case RunTerm::Field::kCampaign:
        Sql("r.campaign_no IN (SELECT campaign_no FROM campaign WHERE campaign_id = ? OR name = ? COLLATE NOCASE)");
        Text(one.text);
        return Text(one.text);
      case RunTerm::Field::kSeries:
        Sql("r.run_no IN (SELECT run_no FROM series_verdict WHERE verdict = 5 AND judged = 1 AND series = ?)");
        return Text(one.text);
      case RunTerm::Field::kBegan: return Number(absl::StrCat(kBegan, " >= ?"), one.wall_us);
    }
  }

  void Number(const std::string& sql, std::int64_t value) {
    Sql(sql);
    out_.values.emplace_back(value);
  }

  void Name(const std::string& column, const std::string& text) {
    if (text.find_first_of("*?") == std::string::npos) {
      Sql(absl::StrCat(column, " = ? COLLATE NOCASE"));
      return Text(text);
    }
    Sql(absl::StrCat(column, " LIKE ? ESCAPE '\\'"));
    Text(absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"%", "\\%"}, {"_", "\\_"}, {"*", "%"}, {"?", "_"}}));
  }

  void Sdk(const Alternative& one) {
    if (!one.text.empty()) {
      Sql("(");
      Name("r.sdk", one.text);
      Sql(" OR ");
      Name("r.sdk_name", one.text);
      Sql(one.version.empty() ? ")" : ") AND ");
    }
    if (!one.version.empty()) Version(one.version);
  }

  // 4.2 itself, and what goes on with a dot, a dash or a plus: those three lie
  // between '+' and '/'.
  void Version(const std::string& version) {
    Sql("(r.sdk_version = ? OR (r.sdk_version >= ? AND r.sdk_version < ?))");
    Text(version);
    Text(version + "+");
    Text(version + "/");
  }

  void Label(const Alternative& one) {
    Sql("r.run_no IN (SELECT run_no FROM run_label WHERE name = ?");
    Text(one.text);
    if (!one.any_value) {
      Sql(" AND value = ?");
      Text(one.value);
    }
    Sql(")");
  }

  RunConditions& out_;
};

}  // namespace

int RunConditions::Bind(sqlite::Statement& statement, int first) const {
  for (const auto& value : values) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) statement.BindInteger(first++, *number);
    else statement.BindText(first++, std::get<std::string>(value));
  }
  return first;
}

RunConditions ConditionsOf(const RunFilter& filter, const std::vector<RunTerm::Field>& leave_out) {
  RunConditions conditions;
  std::string& sql = conditions.sql;
  if (!filter.campaign_id.empty()) {
    absl::StrAppend(&sql, " AND r.campaign_no = (SELECT campaign_no FROM campaign WHERE campaign_id = ?)");
    conditions.values.emplace_back(filter.campaign_id);
  }
  if (!filter.agent.empty()) {
    absl::StrAppend(&sql, " AND r.agent = ?");
    conditions.values.emplace_back(filter.agent);
  }
  if (filter.state != v1::RUN_STATE_UNSPECIFIED) {
    absl::StrAppend(&sql, " AND r.state = ?");
    conditions.values.emplace_back(static_cast<std::int64_t>(filter.state));
  }
  if (filter.verdict != v1::VERDICT_UNSPECIFIED) {
    absl::StrAppend(&sql, " AND r.verdict = ?");
    conditions.values.emplace_back(static_cast<std::int64_t>(filter.verdict));
  }
  if (filter.open_only) absl::StrAppend(&sql, " AND r.state NOT IN (6, 7, 8)");
  Builder builder(conditions);
  for (const RunTerm& term : filter.terms) {
    if (std::find(leave_out.begin(), leave_out.end(), term.field) == leave_out.end()) builder.And(term);
  }
  return conditions;
}

}  // namespace seep::storage
