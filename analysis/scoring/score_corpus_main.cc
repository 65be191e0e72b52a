// seep-score-corpus DIR [--out FILE] [--looks N] [--explain]
//
// Judges every recording that DIR/labels.csv names and writes the verdict file
// that a corpus is scored by: id,verdict,metric,score,slope,slope_lo,slope_hi,
// bytes_per_op,detect_t_s. Memory in KB, rates a minute, as the corpus has them.
// With --looks N it looks N-1 times on the way, as a live run does: detect_t_s is
// when the leak was confirmed (at the end, when only the final verdict says so),
// and a summary on stderr says what stopping early would have done.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "analysis/recording/replay.h"
#include "analysis/verdict/early_stop.h"

namespace {

using seep::analysis::EarlyStop;
using seep::analysis::JudgeRecording;
using seep::analysis::ReplayOptions;
using seep::analysis::ReplayResult;
using seep::analysis::RunVerdict;
using seep::analysis::SeriesVerdict;
using seep::analysis::StopAdvice;
using seep::analysis::StopAnswer;
using seep::analysis::Verdict;

struct Flags {
  std::string dir, out;
  int looks = 0;
  bool explain = false;
};

// The first column of labels.csv and, where there are any, label and duration_s.
struct Label {
  std::string id;
  std::string truth;  // "HEALTHY", "LEAK", ...
  double duration_s = 0;
};

std::vector<std::string> Fields(const std::string& line) {
  std::vector<std::string> fields(1);
  for (char c : line) {
    if (c == ',') fields.emplace_back();
    else if (c != '\r') fields.back() += c;
  }
  return fields;
}

bool ReadLabels(const std::string& path, std::vector<Label>& labels) {
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line)) return false;
  const std::vector<std::string> header = Fields(line);
  std::size_t duration = header.size(), truth = header.size();
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] == "duration_s") duration = i;
    if (header[i] == "label") truth = i;
  }
  while (std::getline(in, line)) {
    const std::vector<std::string> fields = Fields(line);
    if (fields.empty() || fields[0].empty()) continue;
    labels.push_back({fields[0], truth < fields.size() ? fields[truth] : "", duration < fields.size() ? std::atof(fields[duration].c_str()) : 0});
  }
  return true;
}

const SeriesVerdict* Deciding(const RunVerdict& run, std::size_t* index) {
  for (std::size_t i = 0; i < run.series.size(); ++i) {
    if (run.series[i].series == run.deciding_series) return *index = i, &run.series[i];
  }
  return nullptr;
}

// What the looks on the way said; 0: never.
struct Looks {
  double alarm_s = 0, confirmed_s = 0;  // the first LEAK at any look; confirmed
  double delay_s = 0;                   // from the beginning of the alarm that held
};

Looks LookBack(const ReplayResult& result, const ReplayOptions& options, double planned_s) {
  Looks looks;
  EarlyStop stop(planned_s);
  for (std::size_t k = 0; k < result.looks.size(); ++k) {
    if (looks.alarm_s == 0 && result.looks[k].verdict == Verdict::kLeak) looks.alarm_s = options.looks_s[k];
    const StopAdvice& advice = stop.Look(options.looks_s[k], result.looks[k]);
    if (advice.answer != StopAnswer::kConfirmedLeak) continue;
    looks.confirmed_s = advice.confirmed_s;
    looks.delay_s = advice.confirmed_s - advice.first_alarm_s;
    break;
  }
  return looks;
}

// Runs of one kind, healthy or leaking.
class StopTally {
 public:
  explicit StopTally(std::string kind) : kind_(std::move(kind)) {}

  void Add(const Looks& looks, bool leak_at_end, double planned_s) {
    ++runs_;
    alarmed_ += looks.alarm_s > 0;
    leak_at_end_ += leak_at_end;
    if (looks.confirmed_s <= 0) return;
    delays_.push_back(looks.delay_s / planned_s);
    ends_.push_back(looks.confirmed_s / planned_s);
  }

  void Print() {
    std::fprintf(stderr, "%s: %d runs, %d LEAK at a look, %zu confirmed, %d LEAK at the end", kind_.c_str(), runs_, alarmed_,
                 delays_.size(), leak_at_end_);
    if (!delays_.empty()) {
      std::fprintf(stderr, "; median delay %.2f of the run, confirmed at %.2f", Median(delays_), Median(ends_));
    }
    std::fprintf(stderr, "\n");
  }

 private:
  static double Median(std::vector<double>& values) {
    std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
    return values[values.size() / 2];
  }

  std::string kind_;
  int runs_ = 0, alarmed_ = 0, leak_at_end_ = 0;
  std::vector<double> delays_, ends_;  // shares of the run
};

std::string Row(const std::string& id, const ReplayResult& result, const ReplayOptions& options, const Looks& looks) {
  std::size_t index = 0;
  const SeriesVerdict* s = Deciding(result.verdict, &index);
  std::string text = id + "," + std::string(VerdictName(result.verdict.verdict)) + ",";
  if (s == nullptr) return text + ",0,0,0,0,,";
  const double scale = s->unit == "bytes" ? 1024 : 1;
  char buffer[256];
  std::snprintf(buffer, sizeof buffer, ",%.5f,%.4f,%.4f,%.4f,", s->probability, s->slope_per_minute.value / scale,
                s->slope_per_minute.low / scale, s->slope_per_minute.high / scale);
  text += result.series_headers[index] + buffer;
  if (s->per_operation.kept.known()) text += std::to_string(s->per_operation.kept.value);
  text += ",";
  if (looks.confirmed_s > 0) return text + std::to_string(looks.confirmed_s);
  if (!options.looks_s.empty() && result.verdict.verdict == Verdict::kLeak) text += std::to_string(result.seconds);
  return text;
}

int Score(const Flags& flags, std::ostream& out) {
  std::vector<Label> labels;
  if (!ReadLabels(flags.dir + "/labels.csv", labels)) {
    std::cerr << flags.dir << "/labels.csv: cannot be read\n";
    return 2;
  }
  out << "id,verdict,metric,score,slope,slope_lo,slope_hi,bytes_per_op,detect_t_s\n";
  StopTally healthy("healthy"), leaking("leaking");
  for (const Label& label : labels) {
    const std::string path = flags.dir + "/" + label.id + ".csv";
    std::ifstream in(path);
    if (!in) {
      std::cerr << path << ": cannot be read\n";
      return 2;
    }
    ReplayOptions options;
    for (int k = 1; k < flags.looks; ++k) options.looks_s.push_back(label.duration_s * k / flags.looks);
    const absl::StatusOr<ReplayResult> result = JudgeRecording(in, path, options);
    if (!result.ok()) {
      std::cerr << result.status().message() << "\n";
      return 2;
    }
    const Looks looks = LookBack(*result, options, label.duration_s);
    const bool leak_at_end = result->verdict.verdict == Verdict::kLeak;
    if (label.truth == "HEALTHY") healthy.Add(looks, leak_at_end, label.duration_s);
    if (label.truth == "LEAK") leaking.Add(looks, leak_at_end, label.duration_s);
    out << Row(label.id, *result, options, looks) << "\n";
    if (!flags.explain) continue;
    std::cerr << label.id << ": " << result->verdict.headline << "\n";
    for (const SeriesVerdict& s : result->verdict.series) {
      std::cerr << "    " << s.series << " " << VerdictName(s.verdict) << " p=" << s.probability << " detectable=" << s.detectable_per_minute / (s.unit == "bytes" ? 1024 : 1) << " " << s.shape << " | "
                << s.explanation << "\n";
    }
  }
  if (flags.looks > 1) healthy.Print(), leaking.Print();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i < argc; ++i) {
    const bool more = i + 1 < argc;
    if (std::strcmp(argv[i], "--out") == 0 && more) flags.out = argv[++i];
    else if (std::strcmp(argv[i], "--looks") == 0 && more) flags.looks = std::atoi(argv[++i]);
    else if (std::strcmp(argv[i], "--explain") == 0) flags.explain = true;
    else if (argv[i][0] != '-' && flags.dir.empty()) flags.dir = argv[i];
    else flags.dir.clear(), i = argc;
  }
  if (flags.dir.empty() || flags.looks < 0 || flags.looks > 1000) {
    std::cerr << "usage: seep-score-corpus DIR [--out FILE] [--looks N] [--explain]\n";
    return 2;
  }
  if (flags.out.empty()) return Score(flags, std::cout);
  std::ofstream out(flags.out);
  if (!out) {
    std::cerr << flags.out << ": cannot be written\n";
    return 2;
  }
  return Score(flags, out);
}
