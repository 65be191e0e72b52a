// Fetches a target's own figures from its Prometheus endpoints, ahead of each
// sample and beside the sampler: a slow endpoint bends nothing, its figures are
// then absent from that sample.
//
// Threads: the loop's; the requests on a worker of each endpoint.
// Owns:    the workers. Borrows the loop. Nothing is called after destruction.
// Bounds:  an endpoint's page 4 MiB, its series `max_series` (the further ones
//          are counted), its time `timeout`; one request an endpoint at a time.
// Failure: counted (gauge scrape_failures) and told through `note`, once for
//          each change of reason; never fatal. CheckEndpoint says what is not
//          allowed before anything is fetched.
#ifndef SEEP_AGENT_SCRAPE_FIGURE_SCRAPER_H_
#define SEEP_AGENT_SCRAPE_FIGURE_SCRAPER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/http/http_worker.h"
#include "agent/sampler/sample_encoder.h"
#include "agent/scrape/prometheus_text.h"
#include "seep/v1/campaign.pb.h"

namespace seep::agent {

// http:// of a loopback address, or a URL that begins with one of `allowed`
// (the agent's `endpoints:`). kPermissionDenied otherwise, saying what to add.
absl::Status CheckEndpoint(const std::string& url, const std::vector<std::string>& allowed);

// A page as gauges: selected, renamed, with a name that the store takes. The
// Go runtime's own get the names that mean the same everywhere.
struct ScrapedPage {
  std::vector<GaugeValue> gauges;
  std::size_t left_out = 0;
  std::size_t malformed = 0;
};
ScrapedPage ReadFigures(std::string_view text, const v1::MetricsEndpoint& endpoint);

class FigureScraper {
 public:
  using Note = std::function<void(const std::string&)>;
  FigureScraper(EventLoop& loop, std::vector<v1::MetricsEndpoint> endpoints, Note note);

  // Begins to fetch; an endpoint that has not answered yet counts as failed.
  void Fetch();
  // What has come since the last call, and the count of failures.
  std::vector<GaugeValue> Take();
  std::uint64_t failures() const { return failures_; }

 private:
  struct Endpoint {
    v1::MetricsEndpoint spec;
    std::unique_ptr<HttpWorker> worker;
    bool asking = false;
    std::optional<std::vector<GaugeValue>> fresh;
    std::string trouble;  // the last told
  };
  void OnAnswer(Endpoint& endpoint, const absl::StatusOr<HttpAnswer>& answer);
  void Fail(Endpoint& endpoint, const std::string& why);

  EventLoop& loop_;
  Note note_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  std::uint64_t failures_ = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCRAPE_FIGURE_SCRAPER_H_
