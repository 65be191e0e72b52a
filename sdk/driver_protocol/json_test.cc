#include "sdk/driver_protocol/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "common/status/status_matchers.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::driver {
namespace {

using ::seep::testing::StatusIs;

TEST(Json, ReadsEveryType) {
  ASSERT_OK_AND_ASSIGN(
      const Json json,
      Json::Parse(R"({"n":null,"b":true,"i":-7,"d":1.5,"s":"x\u00e9","a":[1,"2"],"o":{"k":0}})"));
  EXPECT_TRUE(json.Find("n")->is_null());
  EXPECT_EQ(json.FindBool("b"), true);
  EXPECT_EQ(json.FindInteger("i"), -7);
  EXPECT_EQ(json.FindNumber("i"), -7.0);
  EXPECT_EQ(json.FindNumber("d"), 1.5);
  EXPECT_EQ(json.FindString("s"), "x\xC3\xA9");
  EXPECT_EQ(json.Find("a")->array()->size(), 2u);
  EXPECT_EQ(json.Find("o")->FindInteger("k"), 0);
  EXPECT_EQ(json.Find("missing"), nullptr);
}

TEST(Json, DoesNotConvertBetweenTypes) {
  ASSERT_OK_AND_ASSIGN(const Json json, Json::Parse(R"({"a":3.0,"b":"3","c":1})"));
  EXPECT_EQ(json.FindInteger("a"), std::nullopt);
  EXPECT_EQ(json.FindInteger("b"), std::nullopt);
  EXPECT_EQ(json.FindBool("c"), std::nullopt);
  EXPECT_EQ(json.Find("a")->TypeName(), "number");
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text :
       {"", "{", "{\"a\":}", "nul", "{} {}", "\"\\ud800\"", "\"\xff\"", "[1,]"}) {
    EXPECT_THAT(Json::Parse(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
}

TEST(Json, RefusesDeepNesting) {
  const std::string deep = std::string(10000, '[') + std::string(10000, ']');
  EXPECT_THAT(Json::Parse(deep), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Json, WritesWhatItRead) {
  const std::string text = R"({"a":[1,2.5,"x\n\"\\",null,{"b":false}],"c":9007199254740991})";
  ASSERT_OK_AND_ASSIGN(const Json json, Json::Parse(text));
  EXPECT_EQ(json.ToText(), text);
}

TEST(JsonWriter, MakesValidTextOfAnyBytes) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  bytes += "\xC3\xA9 \xF0\x9F\x98\x80 \xED\xA0\x80 \xC0\x80 \xE2\x82";
  JsonWriter out;
  out.BeginArray().String(bytes).Number(std::nan("")).Number(0.1).EndArray();
  ASSERT_OK_AND_ASSIGN(const Json json, Json::Parse(out.text()));
  const auto& items = *json.array();
  EXPECT_THAT(*items[0].string(), ::testing::HasSubstr("\xC3\xA9 \xF0\x9F\x98\x80"));
  EXPECT_TRUE(items[1].is_null());
  EXPECT_EQ(items[2].AsNumber(), 0.1);
  EXPECT_EQ(out.text().find('\n'), std::string::npos);
}

TEST(Protocol, KnowsItsNames) {
  EXPECT_TRUE(IsInstanceName("alice-1.b_C"));
  EXPECT_TRUE(IsInstanceName(std::string(64, 'a')));
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string("a/b"), std::string(65, 'a')}) {
    EXPECT_FALSE(IsInstanceName(name)) << name;
  }
  EXPECT_TRUE(IsGaugeName("heap_allocated"));
  EXPECT_FALSE(IsGaugeName("9lives"));
  EXPECT_FALSE(IsGaugeName(std::string(64, 'a')));
  EXPECT_EQ(DefaultDeadline(method::kConnect), absl::Seconds(60));
  EXPECT_EQ(DefaultDeadline(method::kSend), absl::Seconds(30));
  EXPECT_EQ(RequiredCapability(method::kPrepareSend), capability::kPayments);
  EXPECT_FALSE(IsMethod("format_disk"));
}

}  // namespace
}  // namespace seep::driver
