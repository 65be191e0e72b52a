#include "cli/recordings/prometheus_matrix.h"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

namespace od = simdjson::ondemand;

constexpr std::size_t kMaxLabels = 64;
constexpr double kLatestTime = 1e11;  // seconds: the year 5138

class Matrix {
 public:
  Matrix(std::string document, const std::string& name, std::size_t most_values)
      : size_(document.size()), text_(std::move(document)), name_(name), most_values_(most_values) {
    text_.resize(size_ + simdjson::SIMDJSON_PADDING);
  }
  absl::StatusOr<std::vector<PrometheusSeries>> Parse();

 private:
  absl::Status Document(od::object document);
  absl::Status Data(od::object data);
  absl::Status Result(od::array result);
  absl::Status Series(od::object told);
  absl::Status Labels(od::object told, PrometheusSeries& series);
  absl::Status Values(od::array values, PrometheusSeries& series);
  absl::Status Point(od::array pair, PrometheusSeries& series);

  absl::Status Bad(const std::string& what) const {
    const char* at = nullptr;
    const bool known = begun_ && doc_.current_location().get(at) == simdjson::SUCCESS && at >= text_.data() && at <= text_.data() + size_;
    return absl::InvalidArgumentError(
        absl::StrCat(name_, ": ", known ? absl::StrCat("byte ", at - text_.data(), ": ") : "", path_, path_.empty() ? "" : ": ", what));
  }
  // Of `path_` while something below it is looked at.
  std::string Below(const std::string& part) { return std::exchange(path_, absl::StrCat(path_, path_.empty() || part[0] == '[' ? "" : ".", part)); }

  const std::size_t size_;
  std::string text_;
  const std::string& name_;
  const std::size_t most_values_;
  od::parser parser_;
  mutable od::document doc_;
  bool begun_ = false;  // `doc_` has a place in the text
  std::string path_;
  std::size_t values_ = 0;
  std::vector<PrometheusSeries> series_;
};

// What simdjson itself finds wrong; the text ends here or is no JSON.
constexpr char kDamaged[] = "not JSON as Prometheus answers it; the file is damaged or cut off";

absl::StatusOr<std::vector<PrometheusSeries>> Matrix::Parse() {
  if (parser_.iterate(text_.data(), size_, text_.size()).get(doc_) != simdjson::SUCCESS) return Bad(kDamaged);
  begun_ = true;
  od::json_type type{};
  if (doc_.type().get(type) != simdjson::SUCCESS) return Bad(kDamaged);
  if (type == od::json_type::array) {
    od::array documents;
    if (doc_.get_array().get(documents) != simdjson::SUCCESS) return Bad(kDamaged);
    std::size_t index = 0;
    for (auto one : documents) {
      const std::string above = Below(absl::StrCat("[", index++, "]"));
      od::object document;
      if (one.get_object().get(document) != simdjson::SUCCESS) return Bad(kDamaged);
      SEEP_RETURN_IF_ERROR(Document(document));
      path_ = above;
    }
  } else {
    od::object document;
    if (doc_.get_object().get(document) != simdjson::SUCCESS) return Bad("an object is needed, as /api/v1/query_range answers");
    SEEP_RETURN_IF_ERROR(Document(document));
  }
  const char* rest = nullptr;
  if (doc_.current_location().get(rest) == simdjson::SUCCESS) return Bad("text behind the answer's end; put several answers into one array");
  return std::move(series_);
}

absl::Status Matrix::Document(od::object document) {
  bool data_seen = false;
  std::string status, error;
  for (auto member : document) {
    std::string_view key;
    if (member.unescaped_key().get(key) != simdjson::SUCCESS) return Bad(kDamaged);
    const std::string above = Below(Printable(key.substr(0, 40)));
    std::string_view text;
    if (key == "status" || key == "error") {
      if (member.value().get_string().get(text) != simdjson::SUCCESS) return Bad("a string is needed");
      (key == "status" ? status : error) = Printable(text.substr(0, 300));
    } else if (key == "data") {
      od::object data;
      if (member.value().get_object().get(data) != simdjson::SUCCESS) return Bad("an object is needed");
      SEEP_RETURN_IF_ERROR(Data(data));
      data_seen = true;
    }
    path_ = above;
  }
  if (status == "error") return Bad(absl::StrCat("Prometheus answered with an error: ", error, "; ask it again"));
  return data_seen ? absl::OkStatus() : Bad("no `data`: this is no answer of /api/v1/query_range");
}

absl::Status Matrix::Data(od::object data) {
  bool result_seen = false;
  for (auto member : data) {
    std::string_view key, type;
    if (member.unescaped_key().get(key) != simdjson::SUCCESS) return Bad(kDamaged);
    const std::string above = Below(Printable(key.substr(0, 40)));
    if (key == "resultType") {
      if (member.value().get_string().get(type) != simdjson::SUCCESS) return Bad("a string is needed");
      if (type != "matrix") return Bad(absl::StrCat("'", Printable(type.substr(0, 40)), "' is no matrix; ask /api/v1/query_range, not /api/v1/query"));
    } else if (key == "result") {
      od::array result;
      if (member.value().get_array().get(result) != simdjson::SUCCESS) return Bad("an array of series is needed");
      SEEP_RETURN_IF_ERROR(Result(result));
      result_seen = true;
    }
    path_ = above;
  }
  return result_seen ? absl::OkStatus() : Bad("no `result`");
}

absl::Status Matrix::Result(od::array result) {
  std::size_t index = 0;
  for (auto one : result) {
    const std::string above = Below(absl::StrCat("[", index++, "]"));
    od::object told;
    if (one.get_object().get(told) != simdjson::SUCCESS) return Bad(kDamaged);
    SEEP_RETURN_IF_ERROR(Series(told));
    path_ = above;
  }
  return absl::OkStatus();
}

absl::Status Matrix::Series(od::object told) {
  PrometheusSeries series;
  for (auto member : told) {
    std::string_view key;
    if (member.unescaped_key().get(key) != simdjson::SUCCESS) return Bad(kDamaged);
    const std::string above = Below(Printable(key.substr(0, 40)));
    if (key == "metric") {
      od::object labels;
      if (member.value().get_object().get(labels) != simdjson::SUCCESS) return Bad("an object of labels is needed");
      SEEP_RETURN_IF_ERROR(Labels(labels, series));
    } else if (key == "values") {
      od::array values;
      if (member.value().get_array().get(values) != simdjson::SUCCESS) return Bad("an array of [time, \"value\"] is needed");
      SEEP_RETURN_IF_ERROR(Values(values, series));
    } else if (key == "value") {
      return Bad("one value alone: ask /api/v1/query_range, not /api/v1/query");
    } else if (key == "histograms") {
      return Bad("a native histogram is no gauge; ask for a quantile, a sum or a count of it");
    }
    path_ = above;
  }
  if (!series.labels.contains("__name__")) {
    return Bad("a series without a name (rate(), sum() and the like take it away); label it: label_replace(..., \"__name__\", \"rss\", \"\", \"\")");
  }
  series_.push_back(std::move(series));
  return absl::OkStatus();
}

absl::Status Matrix::Labels(od::object told, PrometheusSeries& series) {
  for (auto label : told) {
    std::string_view key, value;
    if (label.unescaped_key().get(key) != simdjson::SUCCESS) return Bad(kDamaged);
    std::string name(key.substr(0, 128));  // the next string may reuse its memory
    if (label.value().get_string().get(value) != simdjson::SUCCESS) return Bad("labels are strings");
    series.labels.emplace(std::move(name), std::string(value.substr(0, 256)));
    if (series.labels.size() > kMaxLabels) return Bad(absl::StrCat("more than ", kMaxLabels, " labels"));
  }
  return absl::OkStatus();
}

absl::Status Matrix::Values(od::array values, PrometheusSeries& series) {
  const std::string above = path_;
  std::size_t index = 0;
  for (auto one : values) {
    od::array pair;
    absl::Status status;
    if (one.get_array().get(pair) != simdjson::SUCCESS) {
      path_ = absl::StrCat(above, "[", index, "]");
      return Bad("[time, \"value\"] is needed");
    }
    const absl::Status point = Point(pair, series);
    if (!point.ok()) {
      path_ = absl::StrCat(above, "[", index, "]");
      return Bad(std::string(point.message()));
    }
    ++index;
  }
  return absl::OkStatus();
}

// Its errors have no place yet.
absl::Status Matrix::Point(od::array pair, PrometheusSeries& series) {
  if (++values_ > most_values_) return absl::InvalidArgumentError(absl::StrCat("more than ", most_values_, " values; ask with a longer step, or in parts"));
  double time = 0;
  std::string_view text;
  int parts = 0;
  for (auto part : pair) {
    if (parts == 0 && part.get_double().get(time) != simdjson::SUCCESS) return absl::InvalidArgumentError("the time is no number");
    if (parts == 1 && part.get_string().get(text) != simdjson::SUCCESS) return absl::InvalidArgumentError("the value is no string, as Prometheus writes them");
    ++parts;
  }
  if (parts != 2) return absl::InvalidArgumentError("[time, \"value\"] is needed");
  if (!(time > 0 && time < kLatestTime)) return absl::InvalidArgumentError("the time is no Unix time in seconds");
  const std::int64_t at_ms = std::llround(time * 1000);
  if (!series.points.empty() && at_ms <= series.points.back().first) return absl::InvalidArgumentError("the time does not advance");
  double value = std::numeric_limits<double>::quiet_NaN();
  if (text != "NaN" && text != "+Inf" && text != "-Inf" && text != "Inf") {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
      return absl::InvalidArgumentError(absl::StrCat("'", Printable(text.substr(0, 40)), "' is no number"));
    }
  } else {
    ++series.absent;
  }
  series.points.emplace_back(at_ms, value);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<PrometheusSeries>> ParseMatrix(std::string document, const std::string& name, std::size_t most_values) {
  return Matrix(std::move(document), name, most_values).Parse();
}

}  // namespace seep::cli
