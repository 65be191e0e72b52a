#include "cli/spec/yaml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace seep::cli {
namespace {

bool MeansSomethingElse(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  static constexpr std::string_view kReserved[] = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"};
  return std::find(std::begin(kReserved), std::end(kReserved), lower) != std::end(kReserved);
}

bool PlainCharacter(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (std::isalnum(u) != 0 && u < 0x80) || c == '_' || c == '-' || c == '/' || c == '.';
}

}  // namespace

std::string YamlString(std::string_view text) {
  const bool letter = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0;
  // Durations and sizes ("20s", "4KiB") begin with a digit and hold a letter.
  const bool quantity = !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) != 0 &&
                        std::isalpha(static_cast<unsigned char>(text.back())) != 0 &&
                        text.find_first_of("eExX_") == std::string_view::npos;
  if ((letter || quantity) && std::all_of(text.begin(), text.end(), PlainCharacter) && !MeansSomethingElse(text)) {
    return std::string(text);
  }
  std::string quoted = "\"";
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') quoted.append("\\").push_back(c);
    else if (u < 0x20 || u == 0x7f) quoted += fmt::format("\\x{:02x}", u);
    else quoted += c;
  }
  return quoted + "\"";
}

}  // namespace seep::cli
