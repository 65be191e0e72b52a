// SPEC.md, section 1.
#include "absl/strings/str_cat.h"
#include "sdk/conformance/rules.h"
#include "sdk/driver_protocol/messages.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::conformance {
namespace {

using driver::ErrorKind;
using driver::Json;

std::string MetricsLine(std::int64_t id, const std::string& end = "\n") {
  return absl::StrCat(R"({"jsonrpc":"2.0","id":)", id, R"(,"method":"metrics"})", end);
}

// A request of exactly `bytes` with its line feed: white space between tokens
// says nothing about any other rule.
std::string LongLine(std::int64_t id, std::size_t bytes) {
  std::string line = MetricsLine(id);
  line.insert(line.size() - 2, bytes - line.size(), ' ');
  return line;
}

Problem ExpectRefusalWithoutId(HostSession& host, const std::string& what, std::initializer_list<ErrorKind> kinds) {
  const Json* answer = host.WaitWithoutId();
  const auto kind = KindOf(answer);
  for (const ErrorKind wanted : kinds) {
    if (kind == wanted) return std::nullopt;
  }
  return host.Fail(absl::StrCat("one error with \"id\": null for ", what, ", code ", static_cast<int>(*kinds.begin())), answer);
}

Finding CheckFraming(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::int64_t first = host->NextId(), second = host->NextId(), third = host->NextId(), fourth = host->NextId();
  for (const std::int64_t id : {first, second, third, fourth}) host->Expect(id);
  // Empty lines, a line end of two characters, two requests in a write.
  host->SendBytes(absl::StrCat("\n\r\n", MetricsLine(first, "\r\n"), MetricsLine(second)));
  SEEP_HOLDS(ExpectResultOf(*host, first, "a request whose line ends with \\r\\n, after empty lines"));
  SEEP_HOLDS(ExpectResultOf(*host, second, "the second request of one write"));
  const std::string line = MetricsLine(third);
  for (const char byte : line) host->SendBytes(std::string(1, byte));
  SEEP_HOLDS(ExpectResultOf(*host, third, "a request that comes byte by byte"));
  host->SendBytes(absl::StrCat(R"({"jsonrpc":"2.0","id":)", fourth, R"(,"method":"métrics 漢字 😀"})", "\n"));
  const Json* answer = host->Wait(fourth);
  if (!answer) return host->Fail("an answer to a request with characters beyond ASCII");
  if (host->answers_without_id() > 0) return host->Fail("no answer to an empty line", host->WaitWithoutId());
  return Pass();
}

Finding CheckStandardError(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  SEEP_HOLDS(ExpectAlive(*host, "start"));
  return Pass();
}

Finding CheckOutputIsProtocol(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  if (trial.Offers(kTestPrint)) SEEP_HOLDS(ExpectResult(*host, "invoke", R"({"operation":"test_print"})"));
  SEEP_HOLDS(ExpectAlive(*host, "a print of the SDK's"));
  return Pass();
}

Finding CheckLongLines(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::int64_t fits = host->NextId();
  host->Expect(fits);
  host->SendBytes(LongLine(fits, driver::kMaxLineBytes));
  SEEP_HOLDS(ExpectResultOf(*host, fits, "a request of exactly 1,048,576 bytes"));
  for (const std::size_t bytes : {driver::kMaxLineBytes + 1, 3 * driver::kMaxLineBytes}) {
    host->SendBytes(LongLine(0, bytes));
    SEEP_HOLDS(ExpectRefusalWithoutId(*host, absl::StrCat("a line of ", bytes, " bytes"), {ErrorKind::kInvalidRequest}));
    SEEP_HOLDS(ExpectAlive(*host, "a line that was too long"));
    if (host->answers_without_id() > 0) return host->Fail("one error for one line that is too long", host->WaitWithoutId());
  }
  return Pass();
}

Finding CheckBatches(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::int64_t inside = host->NextId();
  host->SendBytes("[" + MetricsLine(inside, "]\n"));
  SEEP_HOLDS(ExpectRefusalWithoutId(*host, "a batch", {ErrorKind::kInvalidRequest}));
  SEEP_HOLDS(ExpectAlive(*host, "a batch"));
  return Pass();
}

Finding CheckManyInFlight(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(name)));
  std::string lines;
  std::vector<std::int64_t> ids;
  for (int i = 0; i < driver::kMaxRequestsInFlight; ++i) {
    const std::int64_t id = host->NextId();
    host->Expect(id);
    ids.push_back(id);
    // Half of them wait for one another on an instance, the others must not.
    lines += i % 2 ? MetricsLine(id) : driver::EncodeRequest(id, "disconnect", OnInstance(name));
  }
  host->SendBytes(lines);
  for (const std::int64_t id : ids) SEEP_HOLDS(ExpectResultOf(*host, id, "each of 64 requests in flight"));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

Finding CheckIntegers(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  for (const std::int64_t id : {std::int64_t{0}, (std::int64_t{1} << 32) + 7, driver::kMaxInteger}) {
    host->Expect(id);
    host->SendBytes(MetricsLine(id));
    SEEP_HOLDS(ExpectResultOf(*host, id, absl::StrCat("a request with the id ", id)));
  }
  host->SendBytes("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"metrics\"}\n");
  SEEP_HOLDS(ExpectRefusalWithoutId(*host, "an id that is no integer", {ErrorKind::kInvalidRequest}));
  return Pass();
}

Finding CheckUnknownMembers(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::int64_t id = host->NextId();
  host->Expect(id);
  host->SendBytes(absl::StrCat(R"({"jsonrpc":"2.0","trace":{"a":[1,null]},"id":)", id,
                               R"(,"method":"metrics","params":{"of_a_later_version":[true]}})", "\n"));
  SEEP_HOLDS(ExpectResultOf(*host, id, "a request with members of a later version"));
  return Pass();
}

Finding CheckGarbage(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  using Kinds = std::initializer_list<ErrorKind>;
  const Kinds kNotJson = {ErrorKind::kParseError}, kNoRequest = {ErrorKind::kInvalidRequest};
  const Kinds kEither = {ErrorKind::kParseError, ErrorKind::kInvalidRequest};
  const std::pair<std::string, Kinds> lines[] = {
      {"garbage", kNotJson}, {R"({"jsonrpc":"2.0","id":)", kNotJson}, {std::string("\0\1\2", 3), kNotJson}, {std::string(100'000, '['), kNotJson},
      {"\"text\"", kNoRequest}, {"7", kNoRequest}, {"null", kNoRequest}, {"{}", kNoRequest}, {"\xff\xfe{}", kEither}};
  for (const auto& [line, kinds] : lines) {
    host->SendBytes(line + "\n");
    SEEP_HOLDS(ExpectRefusalWithoutId(*host, absl::StrCat("the line ", Shown(line)), kinds));
  }
  SEEP_HOLDS(ExpectAlive(*host, "garbage"));
  return Pass();
}

}  // namespace

std::vector<Rule> TransportRules() {
  return {{"R-1.1", "one JSON-RPC 2.0 object a line; empty lines and \\r are ignored", {}, CheckFraming},
          {"R-1.2", "no protocol message on standard error", {}, CheckStandardError},
          {"R-1.3", "nothing but protocol messages on standard output", {}, CheckOutputIsProtocol},
          {"R-1.4", "lines of 1 MiB pass, longer ones are refused and skipped", {}, CheckLongLines},
          {"R-1.5", "batches are refused", {}, CheckBatches},
          {"R-1.6", "64 requests in flight", {}, CheckManyInFlight},
          {"R-1.7", "integers up to 2^53-1 stay exact", {}, CheckIntegers},
          {"R-1.8", "unknown members are ignored", {}, CheckUnknownMembers},
          {"R-1.9", "garbage is refused, and the host goes on", {}, CheckGarbage}};
}

}  // namespace seep::conformance
