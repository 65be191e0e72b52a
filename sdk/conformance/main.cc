// seep-driver-check: runs a host through the protocol and reports rule by rule.
// `seep driver check` starts it. Exit codes: 0 every rule passes or is skipped,
// 1 a rule fails, 2 usage.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/os/files.h"
#include "common/os/process_tree.h"
#include "sdk/conformance/check.h"

namespace seep::conformance {
namespace {

constexpr char kHelp[] =
    "Usage: seep driver check [OPTIONS] -- COMMAND [ARGUMENT]...\n\n"
    "Runs an SDK host (COMMAND) through the driver protocol, rule by rule (SPEC.md).\n\n"
    "  --rule ID          Only this rule or section, such as R-4.1 or R-4; may be repeated\n"
    "  --settings JSON    `settings` of initialize, such as '{\"ledger\":\"127.0.0.1:7\"}'\n"
    "  --timeout TIME     How long an answer may take (default 30s); limits of rules are cut to it\n"
    "  -o, --output WORD  text (default) or json\n"
    "  --list             List the rules and stop\n"
    "  -h, --help\n\n"
    "Exit code: 0 all rules pass (or are skipped), 1 a rule fails, 2 usage.\n";

struct Arguments {
  HostCommand command;
  std::vector<std::string> rules;
  std::string output = "text";
  bool help = false, list = false;
};

// The absolute path that the shell would have run.
std::string FindCommand(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    char* full = ::realpath(name.c_str(), nullptr);
    const std::string path = full ? full : "";
    std::free(full);
    // Not the file a link leads to: what a launcher is depends on its name.
    if (path.empty() || name[0] == '/') return path.empty() ? "" : name;
    char* here = ::getcwd(nullptr, 0);
    const std::string absolute = absl::StrCat(here ? here : "", "/", name);
    std::free(here);
    return absolute;
  }
  const char* path = std::getenv("PATH");
  const std::vector<std::string> folders = absl::StrSplit(path ? path : "", ':');
  for (const std::string& folder : folders) {
    const std::string candidate = absl::StrCat(folder, "/", name);
    if (!folder.empty() && folder[0] == '/' && ::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return "";
}

std::string TakeOption(const std::string& name, const std::string& value, Arguments& into) {
  if (name == "--rule") {
    into.rules.push_back(value);
  } else if (name == "--settings") {
    const auto json = driver::Json::Parse(value);
    if (!json.ok() || !json->is_object()) return "--settings: not a JSON object";
    into.command.settings_json = json->ToText();
  } else if (name == "--timeout") {
    const auto limit = ParseDuration(value);
    if (!limit.ok() || *limit < absl::Milliseconds(100)) return "--timeout: not a time of 100ms or more, such as 10s";
    into.command.timeout = *limit;
  } else {
    if (value != "text" && value != "json") return "-o: text or json";
    into.output = value;
  }
  return "";
}

// What is wrong, or nothing.
std::string Parse(const std::vector<std::string>& words, Arguments& into) {
  std::size_t i = 0;
  for (; i < words.size() && words[i] != "--"; ++i) {
    std::string name = words[i], value;
    if (name == "-h" || name == "--help") {
      into.help = true;
      return "";
    }
    if (name == "--list") {
      into.list = true;
      continue;
    }
    if (const auto equals = name.find('='); name.rfind("--", 0) == 0 && equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    } else if (++i < words.size()) {
      value = words[i];
    }
    if (name != "--rule" && name != "--settings" && name != "--timeout" && name != "-o" && name != "--output") {
      return absl::StrCat("unknown option '", Printable(name), "'");
    }
    if (i >= words.size()) return absl::StrCat(name, " needs a value");
    if (std::string wrong = TakeOption(name, value, into); !wrong.empty()) return wrong;
  }
  if (into.list) return "";
  if (i + 1 >= words.size()) return "no command; give it after `--`";
  into.command.argv.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
  const std::string path = FindCommand(into.command.argv[0]);
  if (path.empty()) return absl::StrCat("no command '", Printable(into.command.argv[0]), "'");
  into.command.argv[0] = path;
  return "";
}

int Main(const std::vector<std::string>& words) {
  Arguments arguments;
  const std::string wrong = Parse(words, arguments);
  if (arguments.help) return std::fputs(kHelp, stdout) < 0;
  if (!wrong.empty()) {
    std::fprintf(stderr, "seep driver check: %s\nTry `seep driver check --help`.\n", wrong.c_str());
    return 2;
  }
  if (arguments.list) {
    for (const Rule& rule : AllRules()) std::printf("%-6s  %s\n", rule.id.c_str(), rule.title.c_str());
    return 0;
  }
  for (char** variable = environ; *variable != nullptr; ++variable) arguments.command.environment.emplace_back(*variable);
  const auto report = CheckHost(arguments.command, arguments.rules);
  if (!report.ok()) {
    std::fprintf(stderr, "seep driver check: %s\n", std::string(report.status().message()).c_str());
    return 2;
  }
  const std::string text = arguments.output == "json" ? AsJson(*report) : AsText(*report);
  std::fputs(text.c_str(), stdout);
  return std::fflush(stdout) != 0 || report->Count(Outcome::kFail) > 0 ? 1 : 0;
}

}  // namespace
}  // namespace seep::conformance

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  seep::BecomeSubreaper().IgnoreError();  // without it, what a host leaves behind is found by its mark alone
  return seep::conformance::Main({argv + 1, argv + argc});
}
