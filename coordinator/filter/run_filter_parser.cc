#include "coordinator/filter/run_filter_parser.h"

#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "coordinator/words/nearest_word.h"

namespace seep::coordinator {
namespace {

using storage::RunTerm;
using Field = RunTerm::Field;
using Alternative = RunTerm::Alternative;

constexpr std::size_t kShown = 60;

struct Word {
  std::size_t at = 0;  // of the text, from 0
  std::string text;
};

absl::Status Wrong(const Word& word, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("filter: at character ", word.at + 1, ", '",
                                                 Printable(word.text.substr(0, kShown)), "': ", what));
}

const std::vector<std::string>& FieldNames() {
  static const auto* const names = new std::vector<std::string>{"sdk",   "version", "verdict",  "state", "label",  "since",
                                                                "until", "agent",   "scenario", "name",  "campaign", "series"};
  return *names;
}

std::string Choices(const Word& word, const std::vector<std::string>& known) {
  const std::string nearest = NearestWord(word.text, known);
  return absl::StrCat(nearest.empty() ? "" : absl::StrCat("did you mean ", nearest, "? "), "there are ", absl::StrJoin(known, ", "));
}

template <typename Map>
std::vector<std::string> KeysOf(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, unused] : map) keys.push_back(key);
  return keys;
}

absl::Status AddVerdict(const Word& word, RunTerm& term) {
  static const std::map<std::string, int> kWords = {{"leak", v1::VERDICT_LEAK}, {"suspect", v1::VERDICT_SUSPECT},
                                                    {"clean", v1::VERDICT_CLEAN}, {"inconclusive", v1::VERDICT_INCONCLUSIVE},
                                                    {"invalid", v1::VERDICT_INVALID}, {"none", v1::VERDICT_UNSPECIFIED}};
  const auto found = kWords.find(absl::AsciiStrToLower(word.text));
  if (found == kWords.end()) return Wrong(word, absl::StrCat("no such verdict; ", Choices(word, KeysOf(kWords))));
  term.alternatives.push_back({.number = found->second});
  return absl::OkStatus();
}

absl::Status AddState(const Word& word, RunTerm& term) {
  static const std::map<std::string, std::vector<int>> kWords = {
      {"queued", {1}}, {"assigned", {2}}, {"starting", {3}}, {"running", {4}}, {"stopping", {5}}, {"finished", {6}},
      {"failed", {7}}, {"cancelled", {8}}, {"lost", {9}}, {"open", {1, 2, 3, 4, 5, 9}}, {"over", {6, 7, 8}}};
  const auto found = kWords.find(absl::AsciiStrToLower(word.text));
  if (found == kWords.end()) return Wrong(word, absl::StrCat("no such state; ", Choices(word, KeysOf(kWords))));
  for (const int state : found->second) term.alternatives.push_back({.number = state});
  return absl::OkStatus();
}

// "7d" and "2w" beside what absl knows.
absl::StatusOr<absl::Duration> ParseAgo(const std::string& text) {
  absl::Duration duration;
  if (text.size() > 1 && (text.back() == 'd' || text.back() == 'w')) {
    double count = 0;
    if (absl::SimpleAtod(text.substr(0, text.size() - 1), &count) && count >= 0 && count < 1e5) {
      return absl::Hours(24) * count * (text.back() == 'w' ? 7 : 1);
    }
  } else if (absl::ParseDuration(text, &duration) && duration >= absl::ZeroDuration()) {
    return duration;
  }
  return absl::InvalidArgumentError("");
}

absl::Status AddMoment(const Word& word, WallTime now, RunTerm& term) {
  if (const auto ago = ParseAgo(word.text); ago.ok()) {
    term.alternatives.push_back({.wall_us = now.micros() - absl::ToInt64Microseconds(*ago)});
    return absl::OkStatus();
  }
  absl::Time moment;
  std::string ignored;
  for (const char* format : {"%Y-%m-%d", "%Y-%m-%dT%H:%M:%E*S%Ez", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"}) {
    if (!absl::ParseTime(format, word.text, absl::UTCTimeZone(), &moment, &ignored)) continue;
    term.alternatives.push_back({.wall_us = absl::ToUnixMicros(moment)});
    return absl::OkStatus();
  }
  return Wrong(word, "no such time; write 30m, 12h, 7d, 2w, 2026-11-01 or 2026-11-01T10:00:00Z");
}

bool IsVersion(const std::string& text) {
  const std::size_t digit = text.size() > 1 && (text[0] == 'v' || text[0] == 'V') ? 1 : 0;
  return digit < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[digit]));
}

absl::Status AddSdk(const Word& word, RunTerm& term) {
  // A package's own '@' comes first: "@breeztech/sdk@4.2".
  const std::size_t at = word.text.rfind('@');
  Alternative one;
  if (at != std::string::npos && at > 0) {
    one.text = word.text.substr(0, at);
    one.version = word.text.substr(at + 1);
    if (one.version.empty()) return Wrong(word, "a version is missing behind '@'");
  } else if (IsVersion(word.text)) {
    one.version = word.text;
  } else {
    one.text = word.text;
  }
  term.alternatives.push_back(std::move(one));
  return absl::OkStatus();
}

absl::Status AddLabel(const Word& word, RunTerm& term) {
  const std::size_t equals = word.text.find('=');
  Alternative one{.text = word.text.substr(0, equals)};
  if (one.text.empty()) return Wrong(word, "a label's name is missing; write label:team=x or label:team");
  if (equals == std::string::npos) one.any_value = true;
  else one.value = word.text.substr(equals + 1);
  term.alternatives.push_back(std::move(one));
  return absl::OkStatus();
}

class Parser {
 public:
  Parser(const std::string& text, WallTime now) : text_(text), now_(now) {}

  absl::StatusOr<storage::RunFilter> Parse() {
    storage::RunFilter filter;
    while (SkipSpaces()) {
      SEEP_ASSIGN_OR_RETURN(RunTerm term, ParseTerm());
      filter.terms.push_back(std::move(term));
      if (filter.terms.size() > storage::kMaxRunTerms) {
        return absl::InvalidArgumentError(absl::StrCat("filter: more than ", storage::kMaxRunTerms, " terms"));
      }
    }
    return filter;
  }

 private:
  bool SkipSpaces() {
    while (at_ < text_.size() && absl::ascii_isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    return at_ < text_.size();
  }
  bool AtEndOfTerm() const { return at_ == text_.size() || absl::ascii_isspace(static_cast<unsigned char>(text_[at_])); }

  absl::StatusOr<RunTerm> ParseTerm() {
    RunTerm term;
    if (text_[at_] == '-' || text_[at_] == '!') {
      term.negated = true;
      ++at_;
    }
    Word name{at_, ""};
    while (!AtEndOfTerm() && text_[at_] != ':') name.text += text_[at_++];
    if (AtEndOfTerm()) {
      if (name.text.empty()) return Wrong({name.at, "-"}, "a field is missing behind it");
      return Wrong(name, absl::StrCat("no field is named; write field:value, such as name:", name.text, " or name:*", name.text,
                                      "*; there are ", absl::StrJoin(FieldNames(), ", ")));
    }
    ++at_;
    name.text = absl::AsciiStrToLower(name.text);
    while (true) {
      SEEP_ASSIGN_OR_RETURN(const Word value, ParseValue(name));
      SEEP_RETURN_IF_ERROR(Add(name, value, term));
      if (term.alternatives.size() > storage::kMaxAlternatives) {
        return Wrong(name, absl::StrCat("more than ", storage::kMaxAlternatives, " values"));
      }
      if (at_ == text_.size() || text_[at_] != ',') return term;
      ++at_;
    }
  }

  absl::StatusOr<Word> ParseValue(const Word& name) {
    Word value{at_, ""};
    bool quoted = false;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted && at_ + 1 < text_.size()) {
        value.text += text_[++at_];
      } else if (!quoted && (c == ',' || absl::ascii_isspace(static_cast<unsigned char>(c)))) {
        break;
      } else {
        value.text += c;
      }
      ++at_;
    }
    if (quoted) return Wrong({value.at, text_.substr(value.at)}, "the quotation mark is not closed");
    if (value.text.empty()) return Wrong({name.at, name.text + ":"}, "a value is missing");
    return value;
  }

  absl::Status Add(const Word& name, const Word& value, RunTerm& term) {
    static const std::map<std::string, Field> kPlain = {
        {"agent", Field::kAgent}, {"scenario", Field::kScenario}, {"name", Field::kName}, {"campaign", Field::kCampaign}, {"series", Field::kSeries}};
    if (const auto plain = kPlain.find(name.text); plain != kPlain.end()) {
      term.field = plain->second;
      term.alternatives.push_back({.text = value.text});
      return absl::OkStatus();
    }
    if (name.text == "sdk") return term.field = Field::kSdk, AddSdk(value, term);
    if (name.text == "verdict") return term.field = Field::kVerdict, AddVerdict(value, term);
    if (name.text == "state") return term.field = Field::kState, AddState(value, term);
    if (name.text == "label") return term.field = Field::kLabel, AddLabel(value, term);
    if (name.text == "version") {
      term.field = Field::kVersion;
      term.alternatives.push_back({.version = value.text});
      return absl::OkStatus();
    }
    if (name.text == "since" || name.text == "until") {
      term.field = Field::kBegan;
      // Until is not since; a second value adds nothing.
      if (name.text == "until" && term.alternatives.empty()) term.negated = !term.negated;
      return AddMoment(value, now_, term);
    }
    return Wrong(name, absl::StrCat("no such field; ", Choices(name, FieldNames())));
  }

  const std::string& text_;
  const WallTime now_;
  std::size_t at_ = 0;
};

}  // namespace

absl::StatusOr<storage::RunFilter> ParseRunFilter(const std::string& text, WallTime now) {
  if (text.size() > kMaxFilterBytes) {
    return absl::InvalidArgumentError(absl::StrCat("filter: longer than ", kMaxFilterBytes, " bytes"));
  }
  return Parser(text, now).Parse();
}

}  // namespace seep::coordinator
