#include "agent/scrape/figure_scraper.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/os/loopback.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

constexpr std::size_t kMaxPage = 4 << 20;
constexpr std::uint32_t kDefaultSeries = 64;
constexpr std::size_t kMaxName = 63;

struct WellKnown {
  const char* series;
  const char* gauge;
};
// Names that mean the same whatever the target is (SPEC.md, `gauge`).
constexpr WellKnown kWellKnown[] = {{"go_goroutines", "goroutines"},
                                    {"go_memstats_heap_alloc_bytes", "heap_allocated"},
                                    {"go_memstats_heap_inuse_bytes", "heap_in_use"},
                                    {"go_memstats_heap_objects", "heap_objects"},
                                    {"go_memstats_heap_sys_bytes", "heap_sys"},
                                    {"go_gc_duration_seconds_count", "gc_count"}};
// Without a selection: the runtime, and what leaks beside memory (seed 003).
constexpr const char* kDefaultSelection[] = {"go_goroutines",
                                             "go_threads",
                                             "go_memstats_alloc_bytes",
                                             "go_memstats_heap_alloc_bytes",
                                             "go_memstats_heap_inuse_bytes",
                                             "go_memstats_heap_objects",
                                             "go_memstats_heap_sys_bytes",
                                             "go_memstats_stack_inuse_bytes",
                                             "go_gc_duration_seconds_count",
                                             "*_connections*",
                                             "*_conns*"};

bool Selected(const v1::MetricsEndpoint& endpoint, const PrometheusSeries& series) {
  if (endpoint.series_size() > 0) {
    return std::any_of(endpoint.series().begin(), endpoint.series().end(), [&](const std::string& glob) {
      // A bucket only when it is named outright: they are many.
      return series.bucket ? glob == series.name : MatchesGlob(glob, series.name);
    }) || endpoint.rename().contains(series.name) ||
           std::find(endpoint.operations().begin(), endpoint.operations().end(), series.name) != endpoint.operations().end();
  }
  if (std::find(endpoint.operations().begin(), endpoint.operations().end(), series.name) != endpoint.operations().end()) return true;
  return endpoint.rename().contains(series.name) ||
         (!series.bucket && std::any_of(std::begin(kDefaultSelection), std::end(kDefaultSelection),
                                        [&](const char* glob) { return MatchesGlob(glob, series.name); }));
}

// [a-z][a-z0-9_.]{0,62}; what had to be cut ends in a checksum of the whole.
std::string GaugeName(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
    name.push_back(absl::ascii_isalnum(static_cast<unsigned char>(lower)) || lower == '.' ? lower : '_');
  }
  if (name.empty() || !absl::ascii_islower(static_cast<unsigned char>(name[0]))) name.insert(0, "m_");
  if (name.size() <= kMaxName) return name;
  std::uint32_t sum = 2166136261u;  // FNV-1a
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 16777619u;
  return absl::StrCat(name.substr(0, kMaxName - 9), ".", absl::Hex(sum, absl::kZeroPad8));
}

std::string NameOf(const v1::MetricsEndpoint& endpoint, const PrometheusSeries& series) {
  std::string name = series.name;
  const auto renamed = endpoint.rename().find(series.name);
  if (renamed != endpoint.rename().end()) {
    name = renamed->second;
  } else {
    for (const WellKnown& known : kWellKnown) {
      if (series.name == known.series) name = known.gauge;
    }
  }
  for (const std::string& value : series.label_values) absl::StrAppend(&name, ".", value);
  return GaugeName(name);
}

std::string UnitOf(const std::string& series) {
  if (absl::StrContains(series, "_bytes")) return "bytes";
  if (absl::StrContains(series, "_seconds") && !absl::EndsWith(series, "_count")) return "seconds";
  return "count";
}

}  // namespace

absl::Status CheckEndpoint(const std::string& url, const std::vector<std::string>& allowed) {
  const auto parsed = ParseUrl(url);
  if (!parsed.ok()) return parsed.status();
  if (!parsed->tls && IsLoopbackHost(parsed->host)) return absl::OkStatus();
  for (const std::string& prefix : allowed) {
    // "http://10.0.0.5:90" must not open "http://10.0.0.5:9090".
    const bool whole = url.size() == prefix.size() || absl::EndsWith(prefix, "/") || url[prefix.size()] == '/' || url[prefix.size()] == '?';
    if (absl::StartsWith(url, prefix) && whole) return absl::OkStatus();
  }
  return absl::PermissionDeniedError(absl::StrCat(
      "this agent fetches nothing from ", Printable(url), ": it is not http:// on loopback, and not under `endpoints:` of its configuration"));
}

ScrapedPage ReadFigures(std::string_view text, const v1::MetricsEndpoint& endpoint) {
  const std::size_t most = endpoint.max_series() == 0 ? kDefaultSeries : endpoint.max_series();
  PrometheusPage page =
      ParsePrometheusText(text, most, [&](const PrometheusSeries& series) { return Selected(endpoint, series); });
  ScrapedPage figures;
  figures.left_out = page.left_out;
  figures.malformed = page.malformed;
  for (const PrometheusSeries& series : page.series) {
    GaugeValue& gauge = figures.gauges.emplace_back();
    gauge.name = NameOf(endpoint, series);
    gauge.unit = UnitOf(series.name);
    gauge.origin = v1::GAUGE_ORIGIN_INSIDE;
    gauge.operation = std::any_of(endpoint.operations().begin(), endpoint.operations().end(), [&](const std::string& operation) {
      return operation == series.name || operation == gauge.name;
    });
    gauge.kind = series.counter || gauge.operation ? v1::GAUGE_KIND_COUNTER : v1::GAUGE_KIND_GAUGE;
    gauge.value = series.value;
  }
  return figures;
}

FigureScraper::FigureScraper(EventLoop& loop, std::vector<v1::MetricsEndpoint> endpoints, Note note)
    : loop_(loop), note_(std::move(note)) {
  for (v1::MetricsEndpoint& spec : endpoints) {
    auto endpoint = std::make_unique<Endpoint>();
    endpoint->spec = std::move(spec);
    endpoint->worker = std::make_unique<HttpWorker>(loop_);
    endpoints_.push_back(std::move(endpoint));
  }
}

void FigureScraper::Fetch() {
  for (const auto& endpoint : endpoints_) {
    if (endpoint->asking) {
      Fail(*endpoint, "it takes longer than the sampling interval");
      continue;
    }
    HttpRequest request;
    auto url = ParseUrl(endpoint->spec.url());
    if (!url.ok()) {
      Fail(*endpoint, std::string(url.status().message()));
      continue;
    }
    request.url = *std::move(url);
    request.accept = "text/plain;version=0.0.4";
    request.timeout = absl::Milliseconds(endpoint->spec.timeout_ms() == 0 ? 2000 : endpoint->spec.timeout_ms());
    request.max_answer = kMaxPage;
    endpoint->asking = true;
    endpoint->worker->Ask(std::move(request), [this, asked = endpoint.get()](const absl::StatusOr<HttpAnswer>& answer) {
      asked->asking = false;
      OnAnswer(*asked, answer);
    });
  }
}

void FigureScraper::OnAnswer(Endpoint& endpoint, const absl::StatusOr<HttpAnswer>& answer) {
  if (!answer.ok()) return Fail(endpoint, std::string(answer.status().message()));
  if (answer->status != 200) return Fail(endpoint, absl::StrCat("HTTP ", answer->status));
  ScrapedPage page = ReadFigures(answer->body, endpoint.spec);
  if (page.gauges.empty()) {
    return Fail(endpoint, page.malformed > 0 ? absl::StrCat("its page is no Prometheus text (", page.malformed, " lines are not)")
                                             : "its page has none of the series asked for");
  }
  const std::string trouble =
      page.left_out == 0 ? "" : absl::StrCat(page.left_out, " series beyond max_series are left out");
  if (trouble != endpoint.trouble && note_) {
    note_(absl::StrCat("metrics of ", endpoint.spec.url(), trouble.empty() ? " are read again" : ": " + trouble));
  }
  endpoint.trouble = trouble;
  endpoint.fresh = std::move(page.gauges);
}

void FigureScraper::Fail(Endpoint& endpoint, const std::string& why) {
  ++failures_;
  if (endpoint.trouble == why) return;
  endpoint.trouble = why;
  if (note_) note_(absl::StrCat("metrics of ", endpoint.spec.url(), " are missing: ", why));
}

std::vector<GaugeValue> FigureScraper::Take() {
  std::vector<GaugeValue> gauges;
  if (endpoints_.empty()) return gauges;
  for (const auto& endpoint : endpoints_) {
    if (!endpoint->fresh) continue;
    for (GaugeValue& gauge : *endpoint->fresh) gauges.push_back(std::move(gauge));
    endpoint->fresh.reset();
  }
  gauges.push_back({"scrape_failures", "count", v1::GAUGE_KIND_COUNTER, v1::GAUGE_ORIGIN_SCENARIO, false, static_cast<double>(failures_)});
  return gauges;
}

}  // namespace seep::agent
