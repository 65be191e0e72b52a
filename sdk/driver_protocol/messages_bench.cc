// How fast are the messages of the protocol read and written, on one core,
// against nlohmann's JSON, the obvious way to do it?
//
// Data: the answer to `get_info` (about 170 bytes) and an event (about 330
// bytes): what a payment soak sends most. Limits by measurement: a pipe moves
// 1.1 to 1.8 million such messages a second at 16 to 64 in flight, so decoding
// should stay near half a microsecond.
#include <benchmark/benchmark.h>

#include <nlohmann/json.hpp>
#include <string>

#include "sdk/driver_protocol/messages.h"

namespace seep::driver {
namespace {

const std::string kInfo =
    R"({"jsonrpc":"2.0","id":48213,"result":{"identity":"0258d243cda1060d45d4ee606426aec4b1ce1606f4b56eec616fbc6cd785edb716","balance_sats":4999000,"listeners":1}})";
const std::string kEvent =
    R"({"jsonrpc":"2.0","method":"event","params":{"instance":"alice","listener":"listener-12","type":"payment_succeeded","payment":{"id":"simpay-a7f8be7ab33de65a","status":"completed","direction":"receive","method":"spark","amount_sats":1000,"fee_sats":0,"timestamp":1795260000}}})";
constexpr char kParams[] =
    R"({"instance":"alice","prepared":"p-48213","idempotency_key":"k-48213"})";

void Decode(benchmark::State& state, const std::string& line) {
  AnswerDecoder decoder;
  for (auto _ : state) benchmark::DoNotOptimize(decoder.Decode(line));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(Decode, answer, kInfo);
BENCHMARK_CAPTURE(Decode, event, kEvent);

void DecodeWithNlohmann(benchmark::State& state, const std::string& line) {
  for (auto _ : state) {
    const auto message = nlohmann::json::parse(line, nullptr, false);
    const auto& body = message.contains("result") ? message["result"] : message["params"];
    benchmark::DoNotOptimize(body.dump());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(DecodeWithNlohmann, answer, kInfo);
BENCHMARK_CAPTURE(DecodeWithNlohmann, event, kEvent);

void DecodeRequest(benchmark::State& state) {
  RequestDecoder decoder;
  const std::string line = EncodeRequest(48213, "send", kParams);
  for (auto _ : state) benchmark::DoNotOptimize(decoder.Decode(line));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(DecodeRequest);

void Encode(benchmark::State& state) {
  std::int64_t id = 0;
  for (auto _ : state) benchmark::DoNotOptimize(EncodeRequest(++id, "send", kParams));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Encode);

void EncodeWithNlohmann(benchmark::State& state) {
  std::int64_t id = 0;
  const auto params = nlohmann::json::parse(kParams);
  for (auto _ : state) {
    const nlohmann::json message = {
        {"jsonrpc", "2.0"}, {"id", ++id}, {"method", "send"}, {"params", params}};
    benchmark::DoNotOptimize(message.dump());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(EncodeWithNlohmann);

}  // namespace
}  // namespace seep::driver

BENCHMARK_MAIN();
