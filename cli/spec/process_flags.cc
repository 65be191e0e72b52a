#include "cli/spec/process_flags.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/spec/run_flags.h"
#include "cli/spec/spec_edits.h"
#include "cli/spec/yaml_text.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

absl::Status Bad(const char* flag, const std::string& what) { return absl::InvalidArgumentError(absl::StrCat(flag, ": ", what)); }

struct Target {
  std::string kind, entry;  // entry empty: the command line's own
};

absl::StatusOr<Target> TargetOf(const ProcessFlags& flags) {
  const std::vector<std::string> halves = absl::StrSplit(flags.target.value_or("sdk"), absl::MaxSplits(':', 1));
  const Target target{halves[0], halves.size() > 1 ? halves[1] : ""};
  if (target.kind != "sdk" && target.kind != "process" && target.kind != "attach") {
    return Bad("--target", absl::StrCat("'", Printable(halves[0]), "' is none; there are sdk, process and attach"));
  }
  const bool own_attach = flags.pid_file || flags.unit || flags.executable;
  if (target.kind != "process" && !flags.command.empty()) return Bad("--", "a command needs --target process");
  if (target.kind != "attach" && own_attach) return Bad("--pid-file", "--pid-file, --unit and --exe need --target attach");
  if (target.kind == "process" && target.entry.empty() == flags.command.empty()) {
    return Bad("--target", "give the command behind --, or the name of an agent's entry: --target process -- redis-server, --target process:redis");
  }
  if (target.kind == "attach" && target.entry.empty() != own_attach) {
    return Bad("--target", "attach needs one of --pid-file, --unit and --exe, or the name of an agent's entry: --target attach:nginx");
  }
  if (static_cast<int>(flags.pid_file.has_value()) + flags.unit.has_value() + flags.executable.has_value() > 1) {
    return Bad("--pid-file", "give one of --pid-file, --unit and --exe");
  }
  return target;
}

// A file's name as the name of an entry: [a-z0-9][a-z0-9.-]{0,62}.
std::string EntryName(const std::string& path) {
  std::string name;
  for (const char c : path.substr(path.rfind('/') + 1)) {
    const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
    name.push_back(absl::ascii_isalnum(static_cast<unsigned char>(lower)) ? lower : '-');
  }
  while (!name.empty() && name.front() == '-') name.erase(0, 1);
  return name.empty() ? "command" : name.substr(0, 63);
}

std::string OwnEntry(const ProcessFlags& flags, const std::string& kind) {
  if (kind == "process") return EntryName(flags.command[0]);
  return EntryName(flags.pid_file ? *flags.pid_file : flags.unit ? *flags.unit : *flags.executable);
}

absl::Status AddParameters(const char* flag, const std::vector<std::string>& pairs, const std::string& path, std::vector<SpecEdit>& edits) {
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) return Bad(flag, absl::StrCat("'", Printable(pair), "' is not NAME=VALUE"));
    edits.push_back({absl::StrCat(path, ".", pair.substr(0, equals)), YamlString(pair.substr(equals + 1))});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> LoadEntry(const ProcessFlags& flags) {
  if (flags.load_entry) return *flags.load_entry;
  SEEP_ASSIGN_OR_RETURN(const std::vector<std::string> words, SplitWords(*flags.load));
  if (words.empty()) return Bad("--load", "is empty");
  return EntryName(words[0]);
}

absl::Status AddLoad(const ProcessFlags& flags, std::vector<SpecEdit>& edits) {
  if (!flags.load && !flags.load_entry) {
    return flags.load_ends || !flags.load_parameters.empty() ? Bad("--load-ends", "needs --load or --load-entry") : absl::OkStatus();
  }
  if (flags.load && flags.load_entry) return Bad("--load", "cannot be combined with --load-entry; give one of them");
  SEEP_ASSIGN_OR_RETURN(const std::string entry, LoadEntry(flags));
  edits.push_back({"target.load.name", YamlString(entry)});
  if (flags.load_ends) edits.push_back({"target.load.when_it_ends", YamlString(*flags.load_ends)});
  return AddParameters("--load-param", flags.load_parameters, "target.load.parameters", edits);
}

void AddMetrics(const ProcessFlags& flags, std::vector<SpecEdit>& edits) {
  const auto list = [](const std::vector<std::string>& texts) {
    return absl::StrJoin(texts, ", ", [](std::string* out, const std::string& text) { absl::StrAppend(out, YamlString(text)); });
  };
  std::vector<std::string> endpoints;
  for (const std::string& url : flags.metrics) {
    std::string endpoint = absl::StrCat("{url: ", YamlString(url));
    if (!flags.metrics_series.empty()) absl::StrAppend(&endpoint, ", series: [", list(flags.metrics_series), "]");
    if (!flags.operations.empty()) absl::StrAppend(&endpoint, ", operations: [", list(flags.operations), "]");
    endpoints.push_back(endpoint + "}");
  }
  if (!endpoints.empty()) edits.push_back({"metrics", absl::StrCat("[", absl::StrJoin(endpoints, ", "), "]")});
}

void AddProfiles(const RunFlags& flags, std::vector<SpecEdit>& edits) {
  if (flags.pprof_url) edits.push_back({"profiles.pprof", YamlString(*flags.pprof_url)});
  else if (flags.pprof || flags.pprof_port) {
    edits.push_back({"profiles.pprof", YamlString(absl::StrCat("http://127.0.0.1:", flags.pprof_port.value_or(6060), "/debug/pprof/"))});
  }
  if (flags.heap_dump) edits.push_back({"profiles.heap_dump", "true"});
}

// The executable that a shell would find, without a shell.
absl::StatusOr<std::string> FindCommand(const char* flag, const std::string& word, const Environment& environment, const std::string& directory) {
  std::vector<std::string> candidates;
  if (absl::StrContains(word, "/")) {
    candidates.push_back(word[0] == '/' ? word : absl::StrCat(directory, "/", word));
  } else {
    for (const absl::string_view part : absl::StrSplit(environment.Get("PATH"), ':', absl::SkipEmpty())) {
      candidates.push_back(absl::StrCat(part[0] == '/' ? "" : directory + "/", part, "/", word));
    }
    // Where services live, though a person's PATH may not say so.
    for (const char* place : {"/usr/sbin/", "/sbin/"}) candidates.push_back(place + word);
  }
  for (const std::string& candidate : candidates) {
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return Bad(flag, absl::StrCat("no command '", Printable(word), "' can be executed here"));
}

absl::Status TakeEnvironment(const ProcessFlags& flags, const Environment& environment, OwnProcesses& own) {
  for (const std::string& text : flags.environment) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const bool forbidden = name.empty() || name == "PATH" || name == "IFS" || name == "ENV" || name == "BASH_ENV" || absl::StartsWith(name, "LD_") ||
                           absl::StartsWith(name, "BASH_FUNC_") || absl::StartsWith(name, "SEEP_");
    if (forbidden) return Bad("--env", absl::StrCat("'", Printable(name), "' is not given to a process"));
    if (equals != std::string::npos) own.environment[name] = text.substr(equals + 1);
    else if (environment.Has(name)) own.passed.push_back(name);
    else return Bad("--env", absl::StrCat(Printable(name), " is not set here; give ", Printable(name), "=VALUE"));
  }
  return absl::OkStatus();
}

std::string Absolute(const std::string& path, const std::string& directory) {
  return path.empty() || path[0] == '/' ? path : absl::StrCat(directory, "/", path);
}

}  // namespace

bool SoaksProcess(const RunFlags& flags) { return flags.process.target && *flags.process.target != "sdk"; }

absl::Status AddProcessTarget(const RunFlags& flags, std::vector<SpecEdit>& edits) {
  const ProcessFlags& process = flags.process;
  SEEP_ASSIGN_OR_RETURN(const Target target, TargetOf(process));
  AddMetrics(process, edits);
  AddProfiles(flags, edits);
  if (target.kind == "sdk") {
    if (process.load || process.load_entry) return Bad("--load", "needs --target process or attach");
    return absl::OkStatus();
  }
  edits.push_back({"target." + target.kind, YamlString(target.entry.empty() ? OwnEntry(process, target.kind) : target.entry)});
  SEEP_RETURN_IF_ERROR(AddParameters("--param", process.parameters, "target.parameters", edits));
  if (process.collector) edits.push_back({"target.collector", YamlString(*process.collector)});
  return AddLoad(process, edits);
}

absl::StatusOr<OwnProcesses> ProcessesOf(const RunFlags& flags, const Environment& environment, const std::string& directory) {
  const ProcessFlags& process = flags.process;
  OwnProcesses own;
  SEEP_ASSIGN_OR_RETURN(const Target target, TargetOf(process));
  if (target.kind != "sdk" && target.entry.empty()) {
    OwnProcess entry;
    entry.name = OwnEntry(process, target.kind);
    entry.working_directory = directory;
    entry.ready = process.ready.value_or("");
    entry.pid_file = Absolute(process.pid_file.value_or(""), directory);
    entry.unit = process.unit.value_or("");
    entry.executable = Absolute(process.executable.value_or(""), directory);
    entry.command = process.command;
    if (!entry.command.empty()) {
      SEEP_ASSIGN_OR_RETURN(entry.command[0], FindCommand("--", entry.command[0], environment, directory));
    }
    own.entries.push_back(std::move(entry));
  }
  if (process.load) {
    OwnProcess load;
    load.is_load = true;
    load.working_directory = directory;
    SEEP_ASSIGN_OR_RETURN(load.name, LoadEntry(process));
    SEEP_ASSIGN_OR_RETURN(load.command, SplitWords(*process.load));
    SEEP_ASSIGN_OR_RETURN(load.command[0], FindCommand("--load", load.command[0], environment, directory));
    own.entries.push_back(std::move(load));
  }
  SEEP_RETURN_IF_ERROR(TakeEnvironment(process, environment, own));
  return own;
}

absl::StatusOr<std::vector<std::string>> SplitWords(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && absl::ascii_isspace(static_cast<unsigned char>(c))) {
      if (std::exchange(in_word, false)) words.push_back(std::exchange(word, ""));
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
      in_word = true;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      word.push_back(text[++i]);
      in_word = true;
    } else {
      word.push_back(c);
      in_word = true;
    }
  }
  if (quote != 0) return absl::InvalidArgumentError(absl::StrCat("a quote (", std::string(1, quote), ") that never ends in: ", Printable(text)));
  if (in_word) words.push_back(word);
  return words;
}

}  // namespace seep::cli
