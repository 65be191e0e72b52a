#include "cli/recordings/json_lines_source.h"

#include <google/protobuf/util/json_util.h>
#include <simdjson.h>

#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/render/json_value.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

namespace dom = simdjson::dom;

constexpr std::int64_t kLongestRun_us = 320'000'000LL * 1'000'000;

class JsonLinesReader {
 public:
  JsonLinesReader(std::streambuf& in, const std::string& name, RunSender& sender) : in_(in), name_(name), sender_(sender) {}
  absl::Status Read();

 private:
  enum class Line { kRead, kEnd, kTooLong };
  Line NextLine();
  absl::Status Take(dom::element line);
  absl::Status TakeRun(dom::element line);
  absl::Status TakeSample(dom::element line);
  absl::Status TakeGauges(dom::object gauges, v1::Sample& sample);
  absl::Status TakeOperation(dom::element told, v1::Sample& sample);
  absl::Status TakeNote(std::string_view type, dom::element line);
  absl::Status SendNotes();
  absl::Status TakeEnd(dom::element line);

  absl::Status Bad(std::string_view path, std::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(name_, ":", number_, ": ", std::string(path), path.empty() ? "" : ": ", std::string(what)));
  }
  template <typename Integer>
  absl::Status Take(dom::element from, const char* key, Integer most, Integer& to) const;

  std::streambuf& in_;
  const std::string& name_;
  RunSender& sender_;
  dom::parser parser_;
  std::string line_;
  std::uint64_t number_ = 0;
  bool in_run_ = false;
  std::map<std::string, std::uint32_t, std::less<>> ids_;
  std::vector<std::pair<std::string, std::uint32_t>> order_;  // as the last sample had them
  v1::ImportRunsRequest notes_;
  std::vector<v1::SampleGap> gaps_;
};

JsonLinesReader::Line JsonLinesReader::NextLine() {
  line_.clear();
  for (int c = in_.sbumpc();; c = in_.sbumpc()) {
    if (c == std::char_traits<char>::eof()) break;
    if (c == '\n') {
      ++number_;
      return Line::kRead;
    }
    if (line_.size() >= kLongestJsonLine) {
      ++number_;
      return Line::kTooLong;
    }
    line_.push_back(static_cast<char>(c));
  }
  if (line_.empty()) return Line::kEnd;
  ++number_;
  return Line::kRead;
}

absl::Status JsonLinesReader::Read() {
  while (true) {
    const Line next = NextLine();
    if (next == Line::kEnd) break;
    if (next == Line::kTooLong) return Bad("", absl::StrCat("a line of more than ", kLongestJsonLine, " bytes; is this what seep export -o jsonl wrote?"));
    if (line_.find_first_not_of(" \t\r") == std::string::npos) continue;
    line_.reserve(line_.size() + simdjson::SIMDJSON_PADDING);
    dom::element line;
    if (const auto error = parser_.parse(line_.data(), line_.size(), false).get(line); error != simdjson::SUCCESS) {
      return Bad("", absl::StrCat("not JSON (", simdjson::error_message(error), "); the file is damaged or cut off here"));
    }
    SEEP_RETURN_IF_ERROR(Take(line));
  }
  if (in_run_) return Bad("", "the file is cut off: the run's `end` line is missing; export it again");
  return sender_.runs() > 0 ? absl::OkStatus() : Bad("", "the file has no run");
}

absl::Status JsonLinesReader::Take(dom::element line) {
  std::string_view type;
  if (line["type"].get(type) != simdjson::SUCCESS) return Bad("type", "every line is an object with a `type`, as seep export -o jsonl writes them");
  if (type == "sample") return in_run_ ? TakeSample(line) : Bad("type", "a sample before its run's line");
  if (type == "run") return in_run_ ? Bad("type", "a run begins before the one before has its `end` line") : TakeRun(line);
  if (!in_run_) return Bad("type", absl::StrCat("a line '", Printable(type.substr(0, 40)), "' before the first run"));
  return type == "end" ? TakeEnd(line) : TakeNote(type, line);
}

absl::Status JsonLinesReader::TakeRun(dom::element line) {
  std::uint64_t version = 0;
  if (line["schema_version"].get(version) != simdjson::SUCCESS || version != static_cast<std::uint64_t>(kOutputSchemaVersion)) {
    return Bad("schema_version", absl::StrCat("this Seep reads version ", kOutputSchemaVersion, "; import with the Seep that wrote it, or a newer one"));
  }
  v1::Run run;
  dom::element told;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // of a newer Seep
  if (line["run"].get(told) != simdjson::SUCCESS) return Bad("run", "it is missing");
  if (const auto parsed = google::protobuf::util::JsonStringToMessage(simdjson::minify(told), &run, options); !parsed.ok()) {
    return Bad("run", Printable(std::string(parsed.message()).substr(0, 300)));
  }
  std::string_view id;
  if (line["source"]["run_id"].get(id) == simdjson::SUCCESS) run.mutable_origin()->set_run_id(std::string(id.substr(0, 64)));
  const std::string invalid = run.origin().invalid();
  SEEP_RETURN_IF_ERROR(sender_.Begin(std::move(run)));
  in_run_ = true;
  ids_.clear();
  order_.clear();
  notes_.Clear();
  notes_.set_invalid(invalid);
  gaps_.clear();
  dom::array gauges;
  if (line["gauges"].get(gauges) != simdjson::SUCCESS) return Bad("gauges", "it is missing");
  for (const dom::element gauge : gauges) {
    v1::GaugeDefinition definition;
    const std::string path = absl::StrCat("gauges[", ids_.size(), "]");
    if (const auto parsed = google::protobuf::util::JsonStringToMessage(simdjson::minify(gauge), &definition, options); !parsed.ok()) {
      return Bad(path, Printable(std::string(parsed.message()).substr(0, 300)));
    }
    definition.set_id(static_cast<std::uint32_t>(ids_.size()) + 1);
    if (!ids_.emplace(definition.name(), definition.id()).second) return Bad(path, absl::StrCat("a second gauge '", Printable(definition.name()), "'"));
    if (const absl::Status defined = sender_.Define(std::move(definition)); !defined.ok()) return Bad(path, std::string(defined.message()));
  }
  return absl::OkStatus();
}

template <typename Integer>
absl::Status JsonLinesReader::Take(dom::element from, const char* key, Integer most, Integer& to) const {
  std::int64_t value = 0;
  const auto error = from[key].get(value);
  if (error != simdjson::SUCCESS) return Bad(key, "a whole number is needed");
  if (value < 0 || value > static_cast<std::int64_t>(most)) return Bad(key, absl::StrCat(value, " is not between 0 and ", most));
  to = static_cast<Integer>(value);
  return absl::OkStatus();
}

absl::Status JsonLinesReader::TakeSample(dom::element line) {
  SEEP_RETURN_IF_ERROR(SendNotes());
  v1::Sample sample;
  std::uint64_t sequence = 0;
  std::int64_t monotonic = 0, wall = 0;
  std::uint32_t generation = 0;
  SEEP_RETURN_IF_ERROR(Take<std::uint64_t>(line, "sequence", 1ULL << 53, sequence));
  SEEP_RETURN_IF_ERROR(Take<std::int64_t>(line, "monotonic_us", kLongestRun_us, monotonic));
  SEEP_RETURN_IF_ERROR(Take<std::int64_t>(line, "wall_us", std::numeric_limits<std::int64_t>::max(), wall));
  SEEP_RETURN_IF_ERROR(Take<std::uint32_t>(line, "generation", 1'000'000'000, generation));
  if (sequence == 0 || generation == 0) return Bad(sequence == 0 ? "sequence" : "generation", "it counts from 1");
  sample.set_sequence(sequence);
  sample.set_monotonic_us(monotonic);
  sample.set_wall_us(wall);
  sample.set_generation(generation);
  std::string_view phase;
  v1::Phase known = v1::PHASE_UNSPECIFIED;
  if (line["phase"].get(phase) != simdjson::SUCCESS) return Bad("phase", "it is missing");
  std::string name = "PHASE_";
  for (const char c : phase.substr(0, 40)) name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (!v1::Phase_Parse(name, &known)) return Bad("phase", absl::StrCat("'", Printable(phase.substr(0, 40)), "' is none of baseline, warm_up, soak, cool_down, teardown"));
  sample.set_phase(known);
  dom::object gauges;
  if (line["gauges"].get(gauges) != simdjson::SUCCESS) return Bad("gauges", "an object is needed");
  SEEP_RETURN_IF_ERROR(TakeGauges(gauges, sample));
  dom::array operations;
  if (line["operations"].get(operations) == simdjson::SUCCESS) {
    for (const dom::element operation : operations) SEEP_RETURN_IF_ERROR(TakeOperation(operation, sample));
  }
  return sender_.Add(std::move(sample));
}

// Most samples have the gauges of the one before, in their order.
absl::Status JsonLinesReader::TakeGauges(dom::object gauges, v1::Sample& sample) {
  std::size_t at = 0;
  for (const auto [key, told] : gauges) {
    if (at >= order_.size() || order_[at].first != key) {
      const auto known = ids_.find(key);
      if (known == ids_.end()) return Bad(absl::StrCat("gauges.", Printable(key.substr(0, 80))), "the run's line names no such gauge");
      order_.resize(at);
      order_.emplace_back(known->first, known->second);
    }
    double value = 0;
    if (told.get(value) != simdjson::SUCCESS || !std::isfinite(value)) return Bad(absl::StrCat("gauges.", std::string(key)), "a number is needed; leave out what is not known");
    sample.add_gauge(order_[at].second);
    sample.add_value(value);
    ++at;
  }
  return absl::OkStatus();
}

absl::Status JsonLinesReader::TakeOperation(dom::element told, v1::Sample& sample) {
  v1::OperationDelta& operation = *sample.add_operations();
  const std::string path = absl::StrCat("operations[", sample.operations_size() - 1, "]");
  std::string_view name;
  if (told["operation"].get(name) != simdjson::SUCCESS || name.empty() || name.size() > 128) return Bad(path, "`operation` is its name");
  operation.set_operation(std::string(name));
  bool warm_up = false;
  if (told["warm_up"].get(warm_up) == simdjson::SUCCESS) operation.set_warm_up(warm_up);
  dom::object errors;
  if (told["errors"].get(errors) == simdjson::SUCCESS) {
    for (const auto [kind, count] : errors) {
      std::uint64_t number = 0;
      if (count.get(number) != simdjson::SUCCESS) return Bad(absl::StrCat(path, ".errors"), "counts are whole numbers");
      v1::ErrorCount& error = *operation.add_errors();
      error.set_kind(std::string(kind.substr(0, 128)));
      error.set_count(number);
    }
  }
  dom::element latency;
  if (told["latency"].get(latency) != simdjson::SUCCESS) return absl::OkStatus();
  google::protobuf::util::JsonParseOptions options;
  const auto parsed = google::protobuf::util::JsonStringToMessage(simdjson::minify(latency), operation.mutable_latency(), options);
  if (!parsed.ok()) return Bad(absl::StrCat(path, ".latency"), Printable(std::string(parsed.message()).substr(0, 300)));
  if (operation.latency().bucket_size() != operation.latency().count_size()) return Bad(absl::StrCat(path, ".latency"), "as many buckets as counts are needed");
  return absl::OkStatus();
}

absl::Status JsonLinesReader::TakeNote(std::string_view type, dom::element line) {
  google::protobuf::Message* note = nullptr;
  if (type == "generation") note = notes_.add_generations();
  if (type == "fault") note = notes_.add_faults();
  if (type == "event") note = notes_.add_events();
  if (type == "gap") note = &gaps_.emplace_back();
  if (note == nullptr) return absl::OkStatus();  // of a newer Seep
  dom::element told;
  if (line[type].get(told) != simdjson::SUCCESS) return Bad(type, "it is missing");
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto parsed = google::protobuf::util::JsonStringToMessage(simdjson::minify(told), note, options);
  if (!parsed.ok()) return Bad(type, Printable(std::string(parsed.message()).substr(0, 300)));
  if (gaps_.size() > 100'000) return Bad(type, "more than 100,000 gaps");
  return notes_.events_size() + notes_.faults_size() + notes_.generations_size() < 1000 ? absl::OkStatus() : SendNotes();
}

absl::Status JsonLinesReader::SendNotes() {
  sender_.AddGaps(std::exchange(gaps_, {}));
  if (notes_.ByteSizeLong() == 0) return absl::OkStatus();
  return sender_.Send(std::exchange(notes_, {}));
}

absl::Status JsonLinesReader::TakeEnd(dom::element line) {
  SEEP_RETURN_IF_ERROR(SendNotes());
  std::uint64_t samples = 0;
  SEEP_RETURN_IF_ERROR(Take<std::uint64_t>(line, "samples", 1ULL << 53, samples));
  if (samples != sender_.run_samples()) return Bad("samples", absl::StrCat("the run had ", samples, " samples, the file has ", sender_.run_samples(), " of them"));
  in_run_ = false;
  return absl::OkStatus();
}

}  // namespace

absl::Status SendJsonLines(std::streambuf& in, const std::string& name, RunSender& sender) {
  return JsonLinesReader(in, name, sender).Read();
}

}  // namespace seep::cli
