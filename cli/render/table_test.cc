#include "cli/render/table.h"

#include <gtest/gtest.h>

#include "cli/render/json_value.h"
#include "cli/render/listings.h"
#include "cli/render/query_rows.h"

namespace seep::cli {
namespace {

Table Sample() {
  Table table({{"RUN"}, {"STATE"}, {"REASON", true}});
  table.Add({"r-1", "running", "-"});
  table.Add({"r-10", "lost", "its agent is silent"});
  return table;
}

TEST(Table, AlignsColumnsAndHidesWideOnes) {
  EXPECT_EQ(Sample().Text(Style{}, false),
            "RUN   STATE\n"
            "r-1   running\n"
            "r-10  lost\n");
  EXPECT_EQ(Sample().Text(Style{}, true),
            "RUN   STATE    REASON\n"
            "r-1   running  -\n"
            "r-10  lost     its agent is silent\n");
}

TEST(Table, CutsAtTheTerminalsEdge) {
  EXPECT_EQ(Sample().Text(Style{.columns = 9}, false), "RUN   STA\nr-1   run\nr-10  los\n");
}

TEST(Table, LetsNoNameDriveTheTerminal) {
  Table table({{"NAME"}});
  table.Add({"\x1b[2Jevil\n"});
  EXPECT_EQ(table.Text(Style{}, false), "NAME\n?[2Jevil?\n");
}

TEST(Table, GivesCsvWithEveryColumnAndEmptyForAbsent) {
  EXPECT_EQ(Sample().Csv(), "RUN,STATE,REASON\nr-1,running,\nr-10,lost,its agent is silent\n");
}

TEST(CsvField, QuotesAsRfc4180) {
  EXPECT_EQ(CsvField("plain"), "plain");
  EXPECT_EQ(CsvField("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvField("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(CsvField("two\nlines"), "\"two\nlines\"");
}

TEST(JsonValue, PrintsMessagesWithWordsAndNulls) {
  v1::RuleFinding finding;
  finding.set_rule("a \"rule\"\n");
  finding.set_breached(true);
  EXPECT_EQ(JsonValue::OfMessage(finding).Json(),
            "{\"rule_set\":\"\",\"rule\":\"a \\\"rule\\\"\\n\",\"series\":\"\",\"breached\":true,\"applicable\":false,\"measured\":\"\"}\n");
  v1::Estimate estimate;
  estimate.set_value(0.5);
  estimate.set_low(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(JsonValue::OfMessage(estimate).Json(), "{\"value\":0.5,\"low\":null,\"high\":0}\n");
  v1::Run run;
  run.set_state(v1::RUN_STATE_FINISHED);
  run.set_samples(18446744073709551615ULL);
  (*run.mutable_spec()->mutable_labels())["team"] = "wallets";
  const std::string json = JsonValue::OfMessage(run).Json();
  EXPECT_NE(json.find("\"state\":\"FINISHED\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"labels\":{\"team\":\"wallets\"}"), std::string::npos) << json;
  EXPECT_NE(json.find("\"samples\":18446744073709551615"), std::string::npos) << json;
}

TEST(JsonValue, PrintsYamlBlocks) {
  JsonValue list = JsonValue::Array();
  JsonValue first = JsonValue::Object();
  first.Set("name", JsonValue::String("a: b"));
  first.Set("tags", JsonValue::Array());
  list.Push(first);
  list.Push(JsonValue::Integer(3));
  JsonValue document = JsonValue::Object();
  document.Set("runs", list);
  EXPECT_EQ(document.Yaml(), "runs:\n  - name: \"a: b\"\n    tags: []\n  - 3\n");
}

TEST(ListRuns, MarksAProvisionalVerdict) {
  v1::Run run;
  run.set_run_id("r-1");
  run.set_state(v1::RUN_STATE_RUNNING);
  run.mutable_verdict()->set_verdict(v1::VERDICT_SUSPECT);
  run.mutable_verdict()->set_provisional(true);
  const std::string text = ListRuns({run}).Text(Format::kTable, Style{});
  EXPECT_NE(text.find("SUSPECT?"), std::string::npos) << text;
  EXPECT_EQ(ListRuns({}).Text(Format::kJson, Style{}), "{\n  \"schema_version\": 1,\n  \"runs\": []\n}\n");
}

v1::QueryResponse TwoRows() {
  v1::QueryResponse response;
  response.add_columns("run_id");
  response.add_columns("slope");
  auto* row = response.add_rows();
  row->add_values()->set_text("r-1, the first");
  row->add_values()->set_real(0.5);
  row = response.add_rows();
  row->add_values()->set_text("r-2");
  row->add_values();
  return response;
}

TEST(QueryRows, TellsNullFromText) {
  QueryRows table(Format::kTable, Style{}), csv(Format::kCsv, Style{}), lines(Format::kJsonLines, Style{});
  EXPECT_EQ(table.Take(TwoRows()), "");
  EXPECT_EQ(table.Finish(), "run_id          slope\nr-1, the first  0.5\nr-2             NULL\n");
  EXPECT_EQ(csv.Take(TwoRows()), "run_id,slope\n\"r-1, the first\",0.5\nr-2,\n");
  EXPECT_EQ(lines.Take(TwoRows()), "{\"run_id\":\"r-1, the first\",\"slope\":0.5}\n{\"run_id\":\"r-2\",\"slope\":null}\n");
}

}  // namespace
}  // namespace seep::cli
