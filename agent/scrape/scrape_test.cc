#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "agent/scrape/figure_scraper.h"
#include "common/event_loop/epoll_event_loop.h"
#include "common/os/loopback_listener.h"
#include "common/os/system_clock.h"
#include "common/status/status_matchers.h"

namespace seep::agent {
namespace {

using ::seep::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kPage[] =
    "# HELP go_goroutines Number of goroutines.\n"
    "# TYPE go_goroutines gauge\n"
    "go_goroutines 12\n"
    "# TYPE go_memstats_heap_alloc_bytes gauge\n"
    "go_memstats_heap_alloc_bytes 1.048576e+06\n"
    "# TYPE listings_grpc_requests_total counter\n"
    "listings_grpc_requests_total{method=\"GetListing\",code=\"OK\"} 4711 1700000000000\n"
    "# TYPE listings_db_connections_open gauge\r\n"
    "listings_db_connections_open{db=\"a\\\"b\"} 7\r\n"
    "# TYPE latency histogram\n"
    "latency_bucket{le=\"+Inf\"} 3\n"
    "latency_sum 0.5\n"
    "latency_count 3\n"
    "this is not a line\n"
    "odd NaN\n";

std::map<std::string, GaugeValue> Read(const v1::MetricsEndpoint& endpoint, std::string_view page = kPage) {
  std::map<std::string, GaugeValue> gauges;
  for (GaugeValue& gauge : ReadFigures(page, endpoint).gauges) gauges[gauge.name] = gauge;
  return gauges;
}

TEST(PrometheusText, ReadsNamesLabelsTypesAndValues) {
  const PrometheusPage page = ParsePrometheusText(kPage, 100, [](const PrometheusSeries&) { return true; });
  ASSERT_EQ(page.series.size(), 8u);
  EXPECT_EQ(page.malformed, 1u);
  EXPECT_EQ(page.series[2].name, "listings_grpc_requests_total");
  EXPECT_THAT(page.series[2].label_values, ElementsAre("GetListing", "OK"));
  EXPECT_TRUE(page.series[2].counter);
  EXPECT_EQ(page.series[2].value, 4711);
  EXPECT_THAT(page.series[3].label_values, ElementsAre("a\"b"));
  EXPECT_TRUE(page.series[4].bucket);
  EXPECT_TRUE(page.series[6].counter);
}

TEST(PrometheusText, SurvivesGarbage) {
  std::string noise;
  for (int i = 0; i < 20'000; ++i) noise.push_back(static_cast<char>((i * 7919) % 251 + 1));
  for (const std::string& text : {noise, std::string("a{"), std::string("a{b"), std::string("a{b=\"\\"), std::string("a{b=\"c\"}"),
                                  std::string("{} 1"), std::string("a 1x"), std::string(100'000, '{')}) {
    EXPECT_LE(ParsePrometheusText(text, 10, [](const PrometheusSeries&) { return true; }).series.size(), 10u);
  }
  EXPECT_EQ(ParsePrometheusText("a 1x\n", 10, [](const PrometheusSeries&) { return true; }).malformed, 1u);
}

TEST(Glob, Matches) {
  EXPECT_TRUE(MatchesGlob("*_connections*", "listings_db_connections_open"));
  EXPECT_TRUE(MatchesGlob("go_?oroutines", "go_goroutines"));
  EXPECT_FALSE(MatchesGlob("go_*", "process_cpu"));
  EXPECT_FALSE(MatchesGlob("*a*a*a*a*a*a*a*b", std::string(10'000, 'a')));
}

TEST(Figures, TakeTheNamesThatMeanTheSameEverywhere) {
  const auto gauges = Read(v1::MetricsEndpoint());
  ASSERT_EQ(gauges.size(), 3u);
  EXPECT_EQ(gauges.at("goroutines").value, 12);
  EXPECT_EQ(gauges.at("heap_allocated").unit, "bytes");
  EXPECT_EQ(gauges.at("listings_db_connections_open.a_b").kind, v1::GAUGE_KIND_GAUGE);
}

TEST(Figures, AreSelectedRenamedAndCountedAsOperations) {
  v1::MetricsEndpoint endpoint;
  endpoint.add_series("listings_*");
  endpoint.add_operations("listings_grpc_requests_total");
  (*endpoint.mutable_rename())["listings_db_connections_open"] = "db_open";
  const auto gauges = Read(endpoint);
  ASSERT_EQ(gauges.size(), 2u);
  EXPECT_TRUE(gauges.contains("db_open.a_b"));
  const GaugeValue& requests = gauges.at("listings_grpc_requests_total.getlisting.ok");
  EXPECT_TRUE(requests.operation);
  EXPECT_EQ(requests.kind, v1::GAUGE_KIND_COUNTER);
}

TEST(Figures, AreBounded) {
  std::string page;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&page, "m{id=\"", i, "\"} 1\n");
  v1::MetricsEndpoint endpoint;
  endpoint.add_series("m");
  endpoint.set_max_series(10);
  const ScrapedPage figures = ReadFigures(page, endpoint);
  EXPECT_EQ(figures.gauges.size(), 10u);
  EXPECT_EQ(figures.left_out, 990u);
  const auto long_names = Read([] {
    v1::MetricsEndpoint all;
    all.add_series("*");
    return all;
  }(), absl::StrCat(std::string(200, 'a'), " 1\n", std::string(201, 'a'), " 2\n"));
  ASSERT_EQ(long_names.size(), 2u) << "names that were cut must not collide";
  EXPECT_EQ(long_names.begin()->first.size(), 63u);
}

TEST(Endpoints, AreLoopbackOrOnTheList) {
  EXPECT_OK(CheckEndpoint("http://127.0.0.1:8080/metrics", {}));
  EXPECT_OK(CheckEndpoint("http://[::1]:8080/metrics", {}));
  for (const char* url : {"http://169.254.169.254/latest/meta-data", "http://127.evil.example/", "https://example.com/metrics",
                          "http://10.0.0.5:9090/metrics"}) {
    EXPECT_THAT(CheckEndpoint(url, {"http://10.0.0.5:909"}), StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("endpoints"))) << url;
  }
  EXPECT_OK(CheckEndpoint("http://10.0.0.5:9090/metrics", {"http://10.0.0.5:9090"}));
  EXPECT_THAT(CheckEndpoint("file:///etc/passwd", {}), StatusIs(absl::StatusCode::kInvalidArgument));
}

// Answers every connection alike; with nothing to say it waits for the end.
class Server {
 public:
  explicit Server(std::string answer) {
    EXPECT_TRUE(listener_.ok());
    thread_ = std::thread([this, answer = std::move(answer)] {
      while (true) {
        const UniqueFd peer = listener_.Accept();
        if (!peer.valid()) return;
        char chunk[4096];
        std::size_t at = 0;
        if (read(peer.get(), chunk, sizeof chunk) <= 0) continue;
        while (at < answer.size()) {
          const ssize_t put = send(peer.get(), answer.data() + at, answer.size() - at, MSG_NOSIGNAL);
          if (put <= 0) break;
          at += static_cast<std::size_t>(put);
        }
        while (answer.empty() && read(peer.get(), chunk, sizeof chunk) > 0) {
        }
      }
    });
  }
  ~Server() {
    listener_.Shutdown();
    thread_.join();
  }
  v1::MetricsEndpoint endpoint() const {
    v1::MetricsEndpoint endpoint;
    endpoint.set_url(absl::StrCat("http://127.0.0.1:", listener_.port(), "/metrics"));
    endpoint.set_timeout_ms(100);
    return endpoint;
  }

 private:
  LoopbackListener listener_;
  std::thread thread_;
};

class FigureScraperTest : public ::testing::Test {
 protected:
  // The gauges of the first answer, or what was noted instead.
  std::vector<GaugeValue> FetchOnce(const v1::MetricsEndpoint& endpoint) {
    FigureScraper scraper(loop_, {endpoint}, [this](const std::string& note) { notes_.push_back(note); });
    scraper.Fetch();
    std::vector<GaugeValue> gauges;
    Poll(scraper, gauges, loop_.clock().Now() + absl::Seconds(10));
    loop_.Run();
    return gauges;
  }
  void Poll(FigureScraper& scraper, std::vector<GaugeValue>& gauges, MonotonicTime deadline) {
    gauges = scraper.Take();
    if (gauges.size() > 1 || scraper.failures() > 0 || loop_.clock().Now() > deadline) return loop_.Stop();
    loop_.RunAfter(absl::Milliseconds(5), [this, &scraper, &gauges, deadline] { Poll(scraper, gauges, deadline); });
  }

  SystemClock clock_;
  EpollEventLoop loop_{clock_};
  std::vector<std::string> notes_;
};

TEST_F(FigureScraperTest, FetchesAPage) {
  Server server(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", sizeof kPage - 1, "\r\n\r\n", kPage));
  const auto gauges = FetchOnce(server.endpoint());
  ASSERT_EQ(gauges.size(), 4u);
  EXPECT_EQ(gauges.back().name, "scrape_failures");
  EXPECT_EQ(gauges.back().value, 0);
  EXPECT_TRUE(notes_.empty());
}

TEST_F(FigureScraperTest, CountsASilentPeerAndSaysSoOnce) {
  Server server("");
  const auto gauges = FetchOnce(server.endpoint());
  ASSERT_EQ(gauges.size(), 1u);
  EXPECT_EQ(gauges[0].value, 1);
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("did not answer in time")));
}

TEST_F(FigureScraperTest, RefusesAPageThatNeverEnds) {
  Server server("HTTP/1.1 200 OK\r\n\r\n" + std::string(6 << 20, 'x'));
  auto endpoint = server.endpoint();
  endpoint.set_timeout_ms(5000);
  FetchOnce(endpoint);
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("longer than")));
}

TEST_F(FigureScraperTest, TellsWhatIsNoMetricsPage) {
  Server server("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  FetchOnce(server.endpoint());
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("HTTP 404")));
}

}  // namespace
}  // namespace seep::agent
