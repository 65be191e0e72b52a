// An SDK host for tests, good or misbehaving as its first argument says:
//
//   good       wallets with endless money; METHOD=KIND arguments make calls fail
//   exits      exits with 3 at once          garbage   prints no messages, fast
//   silent     never answers                 deaf      answers initialize, then never reads
//   freezes    answers until metrics is asked after connect, then nothing
//   segfaults  crashes at its first send     orphans   leaves a child in a session of its own
//   floods     writes stderr without pause   stubborn  ignores SIGTERM, shutdown and the end of its input
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>
#include <thread>

#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/messages.h"

namespace {

using seep::driver::Request;

const char kIdentity[] =
    R"({"protocol":{"major":1,"minor":0},"host":{"name":"fixture","version":"1"},"sdk":{"name":"fixture-sdk","version":"9"},)"
    R"("language":"c++","capabilities":["payments","receive","get_info","listeners","history","sync","parse"],)"
    R"("gauges":[{"name":"heap_allocated","unit":"bytes","kind":"gauge"},{"name":"syncs","unit":"count","kind":"counter"}]})";

void Write(const std::string& line) {
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t put = write(STDOUT_FILENO, line.data() + done, line.size() - done);
    if (put <= 0) _exit(1);
    done += static_cast<std::size_t>(put);
  }
}

std::string ResultOf(const Request& request) {
  if (request.method == "initialize") return kIdentity;
  if (request.method == "receive") return R"({"payment_request":"somewhere","fee_sats":0})";
  if (request.method == "get_info") return R"({"balance_sats":1000000})";
  if (request.method == "prepare_send") return R"({"prepared":"p-1","amount_sats":1,"fee_sats":0})";
  if (request.method == "send") return R"({"payment":{"id":"1","status":"completed"}})";
  if (request.method == "add_listener") return R"({"listener":"l-1"})";
  if (request.method == "remove_listener") return R"({"removed":true})";
  if (request.method == "metrics") return R"({"values":{"heap_allocated":4242,"syncs":1}})";
  return "{}";
}

void LeaveOrphan() {
  if (fork() != 0) return;
  setsid();
  if (fork() != 0) _exit(0);
  while (true) pause();
}

[[noreturn]] void Flood() {
  const std::string noise(1 << 16, '\0');
  while (true) [[maybe_unused]] const ssize_t put = write(STDERR_FILENO, noise.data(), noise.size());
}

int Serve(const std::string& mode) {
  seep::driver::RequestDecoder decoder;
  std::string line;
  bool connected = false;
  while (std::getline(std::cin, line)) {
    const auto incoming = decoder.Decode(line);
    const auto* request = std::get_if<Request>(&incoming);
    if (request == nullptr) continue;
    if (mode == "silent" || (mode == "freezes" && connected && request->method != "initialize")) continue;
    if (mode == "segfaults" && request->method == "send") {
      signal(SIGSEGV, SIG_DFL);
      raise(SIGSEGV);
    }
    if (request->method == "connect") connected = true;
    if (mode == "stubborn" && request->method == "shutdown") continue;
    Write(seep::driver::EncodeAnswer(request->id, ResultOf(*request)));
    if (request->method == "shutdown") return 0;
    while (mode == "deaf") pause();
  }
  while (mode == "stubborn") pause();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "good";
  if (mode == "exits") return 3;
  if (mode == "stubborn") signal(SIGTERM, SIG_IGN);
  if (mode == "orphans") LeaveOrphan();
  if (mode == "floods") std::thread(Flood).detach();
  while (mode == "garbage") Write("Downloading the internet... \x1b[31m42%\n");
  return Serve(mode);
}
