#include "cli/arguments/across_options.h"

#include <CLI/CLI.hpp>

namespace seep::cli {
namespace {

constexpr char kFilterHelp[] =
    "Words that must all fit: sdk:4.2 sdk:breez@4.2 verdict:leak,suspect state:open label:team=x since:7d until:2026-11-01 agent:lab-* "
    "scenario:payments name:*nightly* campaign:c-0001 series:rss; -word or !word turns one round; quotes hold spaces";

void AddFailOn(CLI::App& command, AcrossFlags& flags) {
  command.add_option("--fail-on", flags.fail_on,
                     "leak: exit 1 when a new run leaks; regression: also exit 4 when one is worse, 3 when that cannot be told")
      ->check(CLI::IsMember({"leak", "regression"}))->allow_extra_args(false)->type_name("WHAT");
}

}  // namespace

void AddFilter(CLI::App& command, Invocation& invocation) {
  command.add_option("filter", invocation.across.filter, kFilterHelp)->type_name("FIELD:VALUE");
}

void AddCompareOptions(CLI::App& command, Invocation& invocation) {
  AcrossFlags& flags = invocation.across;
  command.add_option("base", flags.base, "What to measure by: a run's id or a baseline's name")->required()->type_name("BASE");
  command.add_option("runs", flags.runs, "The new runs, at most 16")->required()->type_name("NEW");
  command.add_option("--align", flags.align, "Compare levels at the same time (default), or after as many operations: ops")
      ->check(CLI::IsMember({"time", "ops"}));
  command.add_option("--tolerance", flags.tolerance, "Levels that differ by less are the same (default 5%)")->type_name("PERCENT");
  command.add_option("--series", flags.series, "Only this series")->allow_extra_args(false)->type_name("NAME");
  AddFailOn(command, flags);
}

void AddCompareTo(CLI::App& run, Invocation& invocation) {
  run.add_option("--compare-to", invocation.across.base, "Compare with this run or baseline when it is over")->type_name("BASE");
  AddFailOn(run, invocation.across);
}

void AddLeaksOptions(CLI::App& command, Invocation& invocation) {
  AddFilter(command, invocation);
  command.add_option("--where", invocation.across.where, "Filter words in one argument")->allow_extra_args(false)->type_name("FILTER");
  command.add_option("--since", invocation.across.since, "Leaks seen in the last 30d, 12h, 2w, or since 2026-11-01");
  command.add_option("--limit", invocation.limit, "At most so many (default 100)")->check(CLI::Range(1, 1000));
}

void AddBaselineSetOptions(CLI::App& command, Invocation& invocation) {
  command.add_option("name", invocation.across.name, "Letters, digits and . _ - / @")->required()->type_name("NAME");
  command.add_option("run", invocation.object, "A run that is over")->required()->type_name("RUN");
  command.add_option("--note", invocation.across.note, "Why");
}

void AddAnnotateOptions(CLI::App& command, Invocation& invocation) {
  command.add_option("run", invocation.object, "Its id, as `ls` shows it")->required()->type_name("ID");
  command.add_option("text", invocation.across.text, "What to note")->required()->type_name("TEXT");
  command.add_option("--at", invocation.across.at, "The moment it is about, since the run began: 90s, 1h30m (default: the whole run)");
}

void TurnNegatedWords(std::vector<std::string>& arguments) {
  for (std::string& word : arguments) {
    if (word == "--") return;
    if (word.size() < 3 || word[0] != '-' || word[1] < 'a' || word[1] > 'z') continue;
    const std::size_t colon = word.find_first_not_of("abcdefghijklmnopqrstuvwxyz", 1);
    if (colon != std::string::npos && word[colon] == ':') word[0] = '!';
  }
}

}  // namespace seep::cli
