#include "cli/commands/judged_recording.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/arguments/nearest_word.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "proto/verdict/verdict_messages.h"

namespace seep::cli {
namespace {

absl::Status CheckRules(const std::vector<std::string>& rules) {
  static const std::vector<std::string> kSets = {"memtest", "listings", "soak"};
  for (const std::string& rule : rules) {
    if (std::find(kSets.begin(), kSets.end(), rule) != kSets.end()) continue;
    return absl::InvalidArgumentError(absl::StrCat("--rules: no rule set '", Printable(rule), "'; there are memtest, listings, soak",
                                                   DidYouMean(rule, kSets)));
  }
  return absl::OkStatus();
}

// "rss<400MB": a size with its unit, or a plain count.
absl::StatusOr<analysis::Budget> BudgetOf(const std::string& text) {
  const std::size_t at = text.find('<');
  const std::string ceiling = at == std::string::npos ? "" : text.substr(at + 1);
  analysis::Budget budget{text.substr(0, at), 0};
  const auto [end, error] = std::from_chars(ceiling.data(), ceiling.data() + ceiling.size(), budget.ceiling);
  if (error == std::errc() && end == ceiling.data() + ceiling.size() && budget.ceiling >= 0 && at > 0) return budget;
  const auto bytes = ParseByteSize(ceiling);
  if (at == std::string::npos || at == 0 || !bytes.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--budget: '", Printable(text), "' is not SERIES<CEILING, such as rss<400MB or fds<500"));
  }
  budget.ceiling = static_cast<double>(*bytes);
  return budget;
}

absl::StatusOr<analysis::ReplayResult> Judge(const std::string& path, const analysis::ReplayOptions& options) {
  if (path == "-") return analysis::JudgeRecording(std::cin, "standard input", options);
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::InvalidArgumentError(absl::StrCat(Printable(path), ": is a directory; name its files, or use --corpus"));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::InvalidArgumentError(absl::StrCat(Printable(path), ": cannot be read: ", std::strerror(errno)));
  return analysis::JudgeRecording(in, Printable(path), options);
}

// A ceiling for a series that nobody recorded guards nothing.
absl::Status CheckBudgets(const std::vector<analysis::Budget>& budgets, const analysis::RunVerdict& verdict, const std::string& path) {
  for (const analysis::Budget& budget : budgets) {
    std::vector<std::string> names;
    for (const auto& series : verdict.series) names.push_back(series.series);
    if (std::find(names.begin(), names.end(), budget.series) != names.end()) continue;
    return absl::InvalidArgumentError(absl::StrCat(Printable(path), ": --budget: no series '", Printable(budget.series),
                                                   "' in this recording", DidYouMean(budget.series, names)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<analysis::ReplayOptions> ReplayOptionsOf(const Invocation& invocation) {
  SEEP_RETURN_IF_ERROR(CheckRules(invocation.rules));
  analysis::ReplayOptions options;
  options.recording.column_map = invocation.map;
  options.policy.rule_sets = invocation.rules;
  for (const std::string& text : invocation.budgets) {
    SEEP_ASSIGN_OR_RETURN(analysis::Budget budget, BudgetOf(text));
    options.policy.budgets.push_back(std::move(budget));
  }
  return options;
}

absl::StatusOr<JudgedRecording> JudgeFile(const std::string& path, analysis::ReplayOptions options, bool pictures) {
  JudgedRecording judged;
  std::vector<Picture> lines;
  std::vector<Chart> charts;
  if (pictures) {
    options.each_row = [&](const analysis::RunSample& row) {
      if (lines.size() < row.values.size()) lines.resize(row.values.size()), charts.resize(row.values.size());
      for (std::size_t i = 0; i < row.values.size(); ++i) {
        lines[i].Add(row.values[i]);
        charts[i].Add(row.t_s, row.values[i], row.generation);
      }
    };
  }
  SEEP_ASSIGN_OR_RETURN(judged.result, Judge(path, options));
  SEEP_RETURN_IF_ERROR(CheckBudgets(options.policy.budgets, judged.result.verdict, path));
  v1::Run& run = *judged.report.mutable_run();
  run.set_run_id(path == "-" ? "standard input" : Printable(path));
  run.set_state(v1::RUN_STATE_FINISHED);
  *run.mutable_verdict() = ToMessage(judged.result.verdict);
  run.set_samples(judged.result.rows);
  const auto& series = judged.result.verdict.series;
  for (std::size_t i = 0; i < lines.size() && i < series.size(); ++i) {
    judged.pictures[series[i].series] = lines[i];
    judged.charts[series[i].series] = charts[i];
  }
  return judged;
}

}  // namespace seep::cli
