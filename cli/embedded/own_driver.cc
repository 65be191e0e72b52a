#include "cli/embedded/own_driver.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/spec/yaml_text.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

// As the agent has it: [a-z0-9][a-z0-9.-]{0,62}
bool IsName(const std::string& text) {
  const auto plain = [](unsigned char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); };
  return !text.empty() && text.size() <= 63 && plain(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), [&](unsigned char c) { return plain(c) || c == '.' || c == '-'; });
}

// Nothing when a quote is not closed.
std::optional<std::vector<std::string>> SplitWords(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      word += text[++i];
      inside = true;
    } else if (quote != 0 ? c == quote : c == '\'' || c == '"') {
      quote = quote != 0 ? 0 : c;
      inside = true;
    } else if (quote == 0 && absl::ascii_isspace(static_cast<unsigned char>(c))) {
      if (inside) words.push_back(std::move(word));
      word.clear();
      inside = false;
    } else {
      word += c;
      inside = true;
    }
  }
  if (quote != 0) return std::nullopt;
  if (inside) words.push_back(std::move(word));
  return words;
}

std::string Absolute(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::absolute(path, ignored).lexically_normal().string();
}

// Empty when there is none.
std::string FindProgram(const std::string& name, const std::string& search_path) {
  if (name.find('/') != std::string::npos) return access(name.c_str(), X_OK) == 0 ? Absolute(name) : "";
  const std::vector<std::string> folders = absl::StrSplit(search_path, ':', absl::SkipEmpty());
  for (const std::string& folder : folders) {
    const std::string candidate = folder + "/" + name;
    if (access(candidate.c_str(), X_OK) == 0) return Absolute(candidate);
  }
  return "";
}

}  // namespace

absl::StatusOr<OwnDriver> ParseOwnDriver(const std::string& text, const std::string& search_path) {
  const std::size_t equals = text.find('=');
  OwnDriver driver;
  driver.name = text.substr(0, equals);
  if (equals == std::string::npos || !IsName(driver.name)) {
    return absl::InvalidArgumentError(absl::StrCat("--driver: '", Printable(text), "' is not NAME=COMMAND; a name is [a-z0-9][a-z0-9.-]{0,62}"));
  }
  auto words = SplitWords(text.substr(equals + 1));
  if (!words) return absl::InvalidArgumentError("--driver: a quote is not closed");
  if (words->empty()) return absl::InvalidArgumentError(absl::StrCat("--driver: ", driver.name, " has no command"));
  const std::string program = FindProgram(words->front(), search_path);
  if (program.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("--driver: no program '", Printable(words->front()), "' that may be executed"));
  }
  driver.command.push_back(program);
  for (std::size_t i = 1; i < words->size(); ++i) {
    const std::string& word = (*words)[i];
    driver.command.push_back(word.find('/') != std::string::npos && FileExists(word) ? Absolute(word) : word);
  }
  return driver;
}

std::string OwnDriversFile(const std::vector<OwnDriver>& drivers) {
  std::string yaml = "drivers:\n";
  for (const OwnDriver& driver : drivers) {
    std::vector<std::string> words;
    for (const std::string& word : driver.command) words.push_back(YamlString(word));
    absl::StrAppend(&yaml, "  ", driver.name, ":\n    command: [", absl::StrJoin(words, ", "), "]\n    pass_environment: [HOME, LANG, TZ]\n");
  }
  return yaml;
}

}  // namespace seep::cli
