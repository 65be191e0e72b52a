// Answers of /api/v1/query_range, whole and broken.
#include "cli/recordings/prometheus_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "cli/recordings/imported_messages.h"
#include "cli/recordings/prometheus_names.h"
#include "common/status/status_matchers.h"

namespace seep::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Answer(const std::string& result) { return R"({"status":"success","data":{"resultType":"matrix","result":[)" + result + "]}}"; }
std::string Series(const std::string& labels, const std::string& values) { return R"({"metric":{)" + labels + R"(},"values":[)" + values + "]}"; }

struct Read {
  absl::Status status;
  std::vector<std::string> notes;
  ImportedMessages messages;
};

Read ReadText(const std::string& text, const std::string& map = "") {
  Read read;
  std::stringbuf in(text);
  RunSender sender(read.messages.Taker(), nullptr);
  v1::Run run;
  run.mutable_spec()->set_name("range");
  auto notes = SendPrometheus(in, "range.json", map, run, sender);
  read.status = notes.status();
  if (notes.ok()) read.notes = *std::move(notes);
  if (read.status.ok()) read.status = sender.End("x");
  return read;
}

std::vector<std::string> GaugesOf(const v1::ExportSamplesResponse& run) {
  std::vector<std::string> names;
  for (const auto& gauge : run.gauges()) names.push_back(gauge.name());
  return names;
}

TEST(PrometheusSource, MergesSeriesByTimeAndLeavesOutWhatIsNoNumber) {
  const Read read = ReadText(Answer(Series(R"("__name__":"go_goroutines","job":"n")", R"([1.5,"40"],[16.5,"NaN"],[31.5,"42"])") + "," +
                                    Series(R"("job":"n","__name__":"process_resident_memory_bytes")", R"([16.5,"6.1e7"],[31.5,"+Inf"])")));
  ASSERT_OK(read.status);
  ASSERT_EQ(read.messages.runs.size(), 1u);
  const auto& run = read.messages.runs[0];
  EXPECT_THAT(GaugesOf(run), ElementsAre("goroutines", "rss"));
  ASSERT_EQ(run.samples_size(), 3);
  EXPECT_EQ(run.samples(0).wall_us(), 1'500'000);
  EXPECT_EQ(run.samples(2).monotonic_us(), 30'000'000);
  EXPECT_THAT(run.samples(1).gauge(), ElementsAre(2));
  EXPECT_THAT(run.samples(1).value(), ElementsAre(6.1e7));
  EXPECT_THAT(run.samples(2).gauge(), ElementsAre(1));
  EXPECT_EQ(run.run().spec().labels().at("job"), "n");
  EXPECT_EQ(read.notes.size(), 2u);
}

TEST(PrometheusSource, ARestartBeginsAGeneration) {
  const std::string counter = Series(R"("__name__":"http_requests_total")", R"([1,"100"],[2,"200"],[3,"5"],[4,"9"])");
  const Read by_counter = ReadText(Answer(counter));
  ASSERT_OK(by_counter.status);
  EXPECT_EQ(by_counter.messages.runs[0].samples(1).generation(), 1u);
  EXPECT_EQ(by_counter.messages.runs[0].samples(2).generation(), 2u);
  EXPECT_EQ(by_counter.messages.runs[0].gauges(0).kind(), v1::GAUGE_KIND_COUNTER);
  const Read by_start = ReadText(Answer(counter + "," + Series(R"("__name__":"process_start_time_seconds")", R"([1,"7"],[2,"7"],[3,"7"],[4,"90"])")));
  ASSERT_OK(by_start.status);
  EXPECT_EQ(by_start.messages.runs[0].samples(2).generation(), 1u) << "the process says itself when it began";
  EXPECT_EQ(by_start.messages.runs[0].samples(3).generation(), 2u);
}

TEST(PrometheusSource, AMapNamesWhatIsReadAndWhatCountsOperations) {
  const std::string text = Answer(Series(R"("__name__":"mem")", R"([1,"1"],[2,"2"])") + "," + Series(R"("__name__":"done")", R"([1,"1"],[2,"2"])") + "," +
                                  Series(R"("__name__":"other")", R"([1,"1"],[2,"2"])"));
  const Read read = ReadText(text, "rss=mem,ops.payments=done");
  ASSERT_OK(read.status);
  EXPECT_THAT(GaugesOf(read.messages.runs[0]), ElementsAre("rss", "payments"));
  EXPECT_TRUE(read.messages.runs[0].gauges(1).operation());
  EXPECT_THAT(std::string(ReadText(text, "rss=nothing").status.message()), HasSubstr("no series of those that --map names"));
  EXPECT_THAT(std::string(ReadText(text, "rss").status.message()), HasSubstr("--map"));
}

TEST(PrometheusSource, WhatIsWrongIsSaidWithItsPlace) {
  const std::string name = R"("__name__":"a")";
  const struct {
    std::string text, place, what;
  } cases[] = {
      {"", "range.json: ", "damaged or cut off"},
      {"[", "range.json: ", "damaged or cut off"},
      {R"({"status":"error","error":"bad query"})", "range.json: ", "Prometheus answered with an error: bad query"},
      {R"({"status":"success"})", "range.json: ", "no `data`"},
      {R"({"data":{"resultType":"vector","result":[]}})", "data.resultType: ", "'vector' is no matrix"},
      {Answer(""), "data.result: ", "was the range empty?"},
      {Answer(Series(R"("job":"x")", R"([1,"1"],[2,"1"])")), "data.result[0]: ", "without a name"},
      {Answer(Series(name, R"([1,"1"],[2,1])")), "data.result[0].values[1]: ", "the value is no string"},
      {Answer(Series(name, R"([1,"1"],["2","1"])")), "data.result[0].values[1]: ", "the time is no number"},
      {Answer(Series(name, R"([1,"1"],[1,"1"])")), "data.result[0].values[1]: ", "does not advance"},
      {Answer(Series(name, R"([1,"1"],[2,"1","2"])")), "data.result[0].values[1]: ", "is needed"},
      {Answer(Series(name, R"([1,"one"],[2,"1"])")), "data.result[0].values[0]: ", "'one' is no number"},
      {Answer(Series(name, R"([1,"1"])")), "data.result: ", "two at least"},
      {Answer(R"({"metric":{"__name__":"a"},"value":[1,"1"]})"), "data.result[0].value: ", "query_range"},
      {Answer(R"({"metric":{"__name__":"a"},"histograms":[]})"), "data.result[0].histograms: ", "quantile"},
      {Answer(Series(name + R"(,"x":"A")", R"([1,"1"],[2,"1"])") + "," + Series(name + R"(,"x":"a")", R"([1,"1"],[2,"1"])")), "range.json: ", "would both be the gauge 'a.a'"},
      {Answer(Series(name, R"([1,"1"],[2,"1"])")).substr(0, 90), "range.json: ", "damaged or cut off"},
      {R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":7}]}})", "byte ", "data.result[0].metric: an object of labels"},
      {Answer(Series(name, R"([1,"1"],[2,"1"])")) + "{}", "range.json: ", "text behind"},
  };
  for (const auto& c : cases) {
    const Read read = ReadText(c.text);
    ASSERT_EQ(read.status.code(), absl::StatusCode::kInvalidArgument) << c.text << read.status;
    EXPECT_THAT(std::string(read.status.message()), HasSubstr(c.place)) << c.text;
    EXPECT_THAT(std::string(read.status.message()), HasSubstr(c.what)) << c.text;
    EXPECT_FALSE(read.messages.ended);
  }
}

TEST(PrometheusSource, DamagedAnswersNeverDoMoreThanFail) {
  const std::string good = Answer(Series(R"("__name__":"a","job":"j")", R"([1,"1"],[2,"2.5"],[3,"NaN"])"));
  std::mt19937 draw(7);
  for (int round = 0; round < 3000; ++round) {
    std::string text = good;
    for (std::size_t hits = 1 + draw() % 4; hits > 0; --hits) text[draw() % text.size()] = static_cast<char>(draw() % (round % 2 == 0 ? 256 : 128));
    if (draw() % 4 == 0) text.resize(draw() % text.size());
    const Read read = ReadText(text);
    if (read.status.ok()) continue;
    for (const char c : std::string(read.status.message())) ASSERT_GE(static_cast<unsigned char>(c), 0x20) << "round " << round;
  }
}

TEST(PrometheusNames, AreThoseOfTheAgentsOwnScraper) {
  EXPECT_EQ(GaugeOfMetric("go_memstats_heap_alloc_bytes").name(), "heap_allocated");
  EXPECT_EQ(GaugeOfMetric("queue_bytes").unit(), "bytes");
  EXPECT_EQ(GaugeOfMetric("Odd:name").name(), "odd_name");
  EXPECT_EQ(GaugeOfMetric("9lives").name(), "g_9lives");
}

}  // namespace
}  // namespace seep::cli
