#include "cli/spec/pace_edits.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/spec/yaml_text.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

absl::Status Bad(const char* flag, const std::string& what) { return absl::InvalidArgumentError(absl::StrCat(flag, ": ", what)); }

// "10", "10/s", "6/m" → "10/s".
absl::StatusOr<std::string> Rate(const char* flag, const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '/');
  double number = 0;
  const bool unit = parts.size() == 1 || (parts.size() == 2 && (parts[1] == "s" || parts[1] == "m" || parts[1] == "h"));
  if (!unit || !absl::SimpleAtod(parts[0], &number) || !(number >= 0) || number > 1e6) {
    return Bad(flag, absl::StrCat("'", Printable(text), "' is not a rate such as 10/s or 6/m"));
  }
  return absl::StrCat(parts[0], "/", parts.size() == 1 ? "s" : parts[1]);
}

absl::StatusOr<std::string> Duration(const char* flag, const std::string& text) {
  const auto parsed = ParseDuration(text);
  if (!parsed.ok()) return Bad(flag, std::string(parsed.status().message()));
  return YamlString(text);
}

// "50/s:1m" → {rate: 50/s, over: 1m}
absl::StatusOr<std::string> Ramp(const std::string& text) {
  const std::vector<std::string> halves = absl::StrSplit(text, absl::MaxSplits(':', 1));
  if (halves.size() != 2) return Bad("--ramp", absl::StrCat("'", Printable(text), "' is not RATE:OVER, such as 50/s:1m"));
  SEEP_ASSIGN_OR_RETURN(const std::string rate, Rate("--ramp", halves[0]));
  SEEP_ASSIGN_OR_RETURN(const std::string over, Duration("--ramp", halves[1]));
  return absl::StrCat("{rate: ", rate, ", over: ", over, "}");
}

absl::StatusOr<std::string> OpenLoop(const RunFlags& flags) {
  std::vector<std::string> fields;
  if (flags.rate) {
    SEEP_ASSIGN_OR_RETURN(const std::string rate, Rate("--rate", *flags.rate));
    fields.push_back("rate: " + rate);
  }
  std::vector<std::string> stages;
  for (const std::string& ramp : flags.ramps) {
    SEEP_ASSIGN_OR_RETURN(std::string stage, Ramp(ramp));
    stages.push_back(std::move(stage));
  }
  if (!stages.empty()) fields.push_back(absl::StrCat("stages: [", absl::StrJoin(stages, ", "), "]"));
  if (flags.poisson) fields.push_back("arrivals: poisson");
  if (flags.max_in_flight) fields.push_back(absl::StrCat("max_in_flight: ", *flags.max_in_flight));
  if (flags.backlog) fields.push_back(absl::StrCat("backlog: ", *flags.backlog));
  return absl::StrCat("{", absl::StrJoin(fields, ", "), "}");
}

}  // namespace

bool IsOpenLoop(const RunFlags& flags) { return flags.rate || !flags.ramps.empty(); }

absl::StatusOr<std::vector<SpecEdit>> PaceEdits(const RunFlags& flags) {
  std::vector<SpecEdit> edits;
  if (IsOpenLoop(flags)) {
    const char* flag = flags.rate ? "--rate" : "--ramp";
    if (flags.interval) return Bad(flag, "cannot be combined with --interval; give one of them");
    if (flags.think_time) return Bad(flag, "cannot be combined with --think-time; give one of them");
    SEEP_ASSIGN_OR_RETURN(std::string pace, OpenLoop(flags));
    edits.push_back({"pace", std::move(pace)});
  } else {
    if (flags.interval) {
      SEEP_ASSIGN_OR_RETURN(std::string interval, Duration("--interval", *flags.interval));
      edits.push_back({"pace.interval", std::move(interval)});
    }
    if (flags.think_time) {
      std::vector<std::string> bounds;
      for (const std::string& bound : std::vector<std::string>(absl::StrSplit(*flags.think_time, absl::MaxSplits('-', 1)))) {
        SEEP_ASSIGN_OR_RETURN(std::string time, Duration("--think-time", bound));
        bounds.push_back(std::move(time));
      }
      edits.push_back({"pace.think_time", bounds.size() == 1 ? bounds[0] : absl::StrCat("[", absl::StrJoin(bounds, ", "), "]")});
    }
    // For a spec file that has a rate.
    if (flags.poisson) edits.push_back({"pace.arrivals", "poisson"});
    if (flags.max_in_flight) edits.push_back({"pace.max_in_flight", absl::StrCat(*flags.max_in_flight)});
    if (flags.backlog) edits.push_back({"pace.backlog", absl::StrCat(*flags.backlog)});
  }
  for (const auto& [flag, given, path] : {std::tuple("--warm-up", &flags.warm_up, "warm_up"),
                                          std::tuple("--cool-down", &flags.cool_down, "cool_down")}) {
    if (!*given) continue;
    SEEP_ASSIGN_OR_RETURN(std::string time, Duration(flag, **given));
    edits.push_back({path, std::move(time)});
  }
  return edits;
}

}  // namespace seep::cli
