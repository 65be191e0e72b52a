#include "sdk/conformance/report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sdk/driver_protocol/json_writer.h"

namespace seep::conformance {
namespace {

const char* NameOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass: return "pass";
    case Outcome::kFail: return "FAIL";
    case Outcome::kSkip: return "skip";
  }
  return "?";
}

std::string Named(const driver::Json& introduction, const char* who) {
  const driver::Json* names = introduction.Find(who);
  if (names == nullptr) return "?";
  return absl::StrCat(Shown(names->FindString("name").value_or("?")), " ", Shown(names->FindString("version").value_or("?")));
}

}  // namespace

int Report::Count(Outcome outcome) const {
  return static_cast<int>(std::count_if(results.begin(), results.end(), [&](const RuleResult& r) { return r.finding.outcome == outcome; }));
}

std::string AsText(const Report& report) {
  std::string text;
  if (report.introduction.is_object()) {
    absl::StrAppend(&text, "host  ", Named(report.introduction, "host"), ", ", Shown(report.introduction.FindString("language").value_or("?")),
                    "; SDK ", Named(report.introduction, "sdk"), "\n\n");
  }
  for (const RuleResult& result : report.results) {
    const Finding& finding = result.finding;
    absl::StrAppend(&text, absl::StrFormat("%s  %-6s  %s", NameOf(finding.outcome), result.id, result.title));
    if (finding.outcome == Outcome::kSkip) absl::StrAppend(&text, "\n              ", finding.reason);
    if (finding.outcome == Outcome::kFail) {
      absl::StrAppend(&text, "\n    expected  ", finding.expected, "\n        sent  ", finding.sent.empty() ? "-" : finding.sent,
                      "\n        came  ", finding.came);
    }
    text += '\n';
  }
  absl::StrAppend(&text, "\n", report.Count(Outcome::kPass), " passed, ", report.Count(Outcome::kFail), " failed, ",
                  report.Count(Outcome::kSkip), " skipped\n");
  return text;
}

std::string AsJson(const Report& report) {
  driver::JsonWriter out;
  out.BeginObject().Key("schema_version").Integer(1);
  out.Key("host").Raw(report.introduction.ToText());
  out.Key("passed").Integer(report.Count(Outcome::kPass)).Key("failed").Integer(report.Count(Outcome::kFail));
  out.Key("skipped").Integer(report.Count(Outcome::kSkip));
  out.Key("rules").BeginArray();
  for (const RuleResult& result : report.results) {
    const Finding& finding = result.finding;
    out.BeginObject().Key("id").String(result.id).Key("title").String(result.title);
    out.Key("outcome").String(finding.outcome == Outcome::kPass ? "pass" : finding.outcome == Outcome::kFail ? "fail" : "skipped");
    if (finding.outcome == Outcome::kSkip) out.Key("reason").String(finding.reason);
    if (finding.outcome == Outcome::kFail) {
      out.Key("expected").String(finding.expected).Key("sent").String(finding.sent).Key("came").String(finding.came);
    }
    out.EndObject();
  }
  return out.EndArray().EndObject().Take() + "\n";
}

}  // namespace seep::conformance
