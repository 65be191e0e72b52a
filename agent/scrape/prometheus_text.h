// The Prometheus text format (version 0.0.4), as series.
//
//   # TYPE go_goroutines gauge
//   go_goroutines 12
//   listings_db_connections{state="open"} 7 1700000000000
//
// Threads: any; pure.
// Bounds:  text is as long as the caller lets it be; `most` series are kept.
// Failure: a line that is none of the format is skipped and counted.
#ifndef SEEP_AGENT_SCRAPE_PROMETHEUS_TEXT_H_
#define SEEP_AGENT_SCRAPE_PROMETHEUS_TEXT_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace seep::agent {

struct PrometheusSeries {
  std::string name;
  std::vector<std::string> label_values;  // in the order written
  std::string labels;                     // as written, without the braces
  bool counter = false;  // by its TYPE, or as part of a histogram or summary
  bool bucket = false;   // of a histogram, or a quantile of a summary
  double value = 0;
};

struct PrometheusPage {
  std::vector<PrometheusSeries> series;
  std::size_t left_out = 0;   // wanted, but beyond `most`
  std::size_t malformed = 0;  // lines
};

// Keeps what `wanted` says yes to.
PrometheusPage ParsePrometheusText(std::string_view text, std::size_t most,
                                   const std::function<bool(const PrometheusSeries&)>& wanted);

// '*' stands for any run of characters, '?' for one. Linear in the text but for
// the last '*' tried: no pattern is expensive.
bool MatchesGlob(std::string_view pattern, std::string_view text);

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCRAPE_PROMETHEUS_TEXT_H_
